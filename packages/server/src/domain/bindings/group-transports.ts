import type { Property, TextPlace, Transport } from "@chatelaine/biztalk";
import { foldName } from "@chatelaine/crypto";
import {
  APPLICATION_NAME_MAX,
  BINDINGS_ITEMS_MAX,
  FIELDS_MAX,
  FIELD_NAME_MAX,
  IDENTIFIER_MAX,
  IMPORTED_APPLICATIONS_MAX,
  LINE_PATTERN,
} from "@chatelaine/protocol";
import type { CodedError } from "../../base/coded-error.ts";
import type { FieldType } from "../application/application-settings.ts";
import { importError } from "../import-file/import-problems.ts";

/** The transports of one BizTalk application and adapter: what one config store is made of. */
export interface TransportGroup {
  /** `APPLICATION/ADAPTER`. */
  readonly name: string;
  readonly place: TextPlace;
  readonly transports: readonly Transport[];
  /** What its fields have to be, in the order of first mention. */
  readonly properties: readonly GroupedProperty[];
}

/** All properties of one name in a group. */
export interface GroupedProperty {
  readonly name: string;
  readonly type: FieldType;
  /** Whether one of them holds a secret. */
  readonly masked: boolean;
  readonly place: TextPlace;
}

const LINE = new RegExp(LINE_PATTERN, "u");

/**
 * Groups transports by the application they become. Throws `import-invalid`, `import-too-large`
 * for what no application, item or field can be called or hold.
 */
export function groupTransports(
  file: string,
  transports: readonly Transport[],
): readonly TransportGroup[] {
  if (transports.length > BINDINGS_ITEMS_MAX) {
    throw tooLarge(file, undefined, `more than ${String(BINDINGS_ITEMS_MAX)} transports`);
  }
  const byKey = Map.groupBy(transports, (transport) => foldName(nameOf(transport)));
  const groups = [...byKey.values()].map((members) => group(file, members));
  // A config store without a field cannot be enabled; there is nothing that it would hold.
  const filled = groups.filter(({ properties }) => properties.length > 0);
  if (filled.length > IMPORTED_APPLICATIONS_MAX) {
    const limit = String(IMPORTED_APPLICATIONS_MAX);
    throw tooLarge(file, undefined, `more than ${limit} applications and adapters`);
  }
  return filled;
}

function nameOf({ application, adapter }: Transport): string {
  return `${application}/${adapter}`;
}

function group(file: string, transports: readonly Transport[]): TransportGroup {
  const [first] = transports;
  const name = first === undefined ? "" : nameOf(first);
  const place = first?.place ?? { line: 1, column: 1 };
  assertName(file, place, "the application", name, APPLICATION_NAME_MAX);
  const identifiers = new Set<string>();
  for (const transport of transports) {
    const { identifier } = transport;
    assertName(file, transport.place, "the item", identifier, IDENTIFIER_MAX);
    if (identifiers.has(identifier)) {
      throw importError(
        "import-invalid",
        file,
        transport.place,
        `${name} has two transports called ${identifier}; rename one of the ports`,
      );
    }
    identifiers.add(identifier);
  }
  return { name, place, transports, properties: groupProperties(file, name, transports) };
}

function groupProperties(
  file: string,
  application: string,
  transports: readonly Transport[],
): readonly GroupedProperty[] {
  const grouped = new Map<string, GroupedProperty>();
  const keys = new Map<string, string>();
  const keyOf = (name: string): string => {
    const known = keys.get(name) ?? foldName(name);
    keys.set(name, known);
    return known;
  };
  for (const transport of transports) {
    const own = new Set<string>();
    for (const property of transport.properties) {
      const key = keyOf(property.name);
      if (own.has(key)) {
        throw importError(
          "import-not-supported",
          file,
          property.place,
          `${transport.identifier} has the property ${property.name} twice`,
        );
      }
      own.add(key);
      grouped.set(key, joined(file, grouped.get(key), property));
    }
  }
  if (grouped.size > FIELDS_MAX) {
    const { place } = [...grouped.values()][FIELDS_MAX] ?? {};
    const limit = String(FIELDS_MAX);
    throw tooLarge(file, place, `${application} has more than ${limit} properties`);
  }
  return [...grouped.values()];
}

/** What differs in type is kept as text: the type of a field does not change afterwards. */
function joined(
  file: string,
  known: GroupedProperty | undefined,
  { name, type, masked, place }: Property,
): GroupedProperty {
  if (known === undefined) {
    assertName(file, place, "the property", name, FIELD_NAME_MAX);
    return { name, type, masked, place };
  }
  if (known.type === type && (known.masked || !masked)) {
    return known;
  }
  return {
    ...known,
    type: known.type === type ? type : "string",
    masked: known.masked || masked,
  };
}

function assertName(
  file: string,
  place: TextPlace,
  what: string,
  name: string,
  lengthMax: number,
): void {
  if (name.length > lengthMax) {
    throw tooLarge(
      file,
      place,
      `the name of ${what} has more than ${String(lengthMax)} characters`,
    );
  }
  if (!LINE.test(name)) {
    throw importError(
      "import-invalid",
      file,
      place,
      `the name of ${what} is empty or holds a control character`,
    );
  }
}

function tooLarge(file: string, place: TextPlace | undefined, message: string): CodedError {
  return importError("import-too-large", file, place, message);
}
