/**
 * Files of `ssomanage -createapps` and `-updateapps`, in every spelling that the product's
 * documentation uses for them: it has changed over the versions, and all of them are about.
 */
import { ImportProblem } from "../import-problem.ts";
import { parseTree, refused, type XmlElement } from "../xml/tree.ts";
import type {
  ApplicationDocument,
  ApplicationDocumentField,
  ApplicationDocumentType,
} from "./application-document.ts";
import { parseFlags, parseSwitch, type Flags } from "./parse-flags.ts";

/** How many applications one file may describe. */
const APPLICATIONS_MAX = 1000;
/** How many fields one application may have. */
const FIELDS_MAX = 200;

/** Throws `ImportProblem`; mappings and global settings are refused by name. */
export function parseApplications(text: string): readonly ApplicationDocument[] {
  const root = parseTree(text);
  if (root.name.toLowerCase() !== "sso") {
    throw refused(root, `a file of applications is <SSO>, not <${root.name}>`);
  }
  const foreign = root.children.find(({ name }) => name !== "application");
  if (foreign !== undefined) {
    throw refused(foreign, FOREIGN.get(foreign.name) ?? `<${foreign.name}> is not known here`);
  }
  if (root.children.length === 0) {
    throw refused(root, "there is no <application> in the file");
  }
  if (root.children.length > APPLICATIONS_MAX) {
    throw new ImportProblem(
      "too-large",
      `more than ${APPLICATIONS_MAX} applications; split the file`,
      root.place,
    );
  }
  const applications = root.children.map(parseApplication);
  assertDistinct(applications, ({ name }) => name, "the application");
  return applications;
}

const FOREIGN: ReadonlyMap<string, string> = new Map([
  [
    "globalInfo",
    "<globalInfo> holds settings of an Enterprise SSO system, which have no place here; import files of applications",
  ],
  ["mapping", "<mapping> is a user mapping, which is not imported; import files of applications"],
]);

/** Elements by their names in lower case, which gives those of every version. */
const ELEMENTS: ReadonlyMap<string, ElementName> = new Map([
  ["description", "description"],
  ["contact", "contact"],
  ["appuseraccount", "users"],
  ["usergroup", "users"],
  ["appusergroup", "users"],
  ["appadminaccount", "administrators"],
  ["appadmingroup", "administrators"],
  ["windowsaccount", "windowsAccount"],
  ["field", "field"],
  ["flags", "flags"],
]);
type ElementName =
  "description" | "contact" | "users" | "administrators" | "windowsAccount" | "field" | "flags";

function parseApplication(element: XmlElement): ApplicationDocument {
  const name = element.attributes["name"] ?? "";
  if (name === "") {
    throw refused(element, "an <application> has no name; give it one");
  }
  const parts = partsOf(element);
  const flags = parseFlags(parts.get("flags") ?? []);
  const windowsAccount = parts.get("windowsAccount")?.[0]?.text.trim();
  return {
    name,
    place: element.place,
    type: typeOf(element, flags, windowsAccount),
    description: parts.get("description")?.[0]?.text.trim(),
    contact: parts.get("contact")?.[0]?.text.trim(),
    users: accountsOf(parts.get("users")?.[0]),
    administrators: accountsOf(parts.get("administrators")?.[0]),
    windowsAccount,
    fields: parseFields(parts.get("field") ?? []),
    flags: flags.switches,
    enabled: flags.named.get("enableApp"),
    ticketTimeoutMinutes: flags.ticketTimeoutMinutes,
  };
}

function partsOf(application: XmlElement): ReadonlyMap<ElementName, readonly XmlElement[]> {
  const parts = new Map<ElementName, XmlElement[]>();
  for (const child of application.children) {
    const name = ELEMENTS.get(child.name.toLowerCase());
    if (name === undefined) {
      throw refused(child, `<${child.name}> is not known in an application`);
    }
    const earlier = parts.get(name);
    if (earlier !== undefined && name !== "field" && name !== "flags") {
      throw refused(
        child,
        `<${child.name}> is there twice, perhaps under an older name; keep one of them`,
      );
    }
    if (earlier === undefined) {
      parts.set(name, [child]);
    } else {
      earlier.push(child);
    }
  }
  return parts;
}

function typeOf(
  element: XmlElement,
  { named }: Flags,
  windowsAccount: string | undefined,
): ApplicationDocumentType | undefined {
  const said: readonly [ApplicationDocumentType, boolean][] = [
    ["group", named.get("groupApp") === true],
    ["config-store", named.get("configStoreApp") === true],
    ["host-group", windowsAccount !== undefined],
  ];
  const [type, ...others] = said.filter(([, isSaid]) => isSaid).map(([name]) => name);
  if (others.length > 0) {
    throw refused(
      element,
      `the application is said to be of type ${[type, ...others].join(" and ")}; choose one`,
    );
  }
  // Only what denies the other types says that it is an individual one.
  return type ?? (named.has("groupApp") ? "individual" : undefined);
}

function accountsOf(element: XmlElement | undefined): readonly string[] | undefined {
  return element?.text
    .split(";")
    .map((account) => account.trim())
    .filter((account) => account !== "");
}

function parseFields(elements: readonly XmlElement[]): readonly ApplicationDocumentField[] {
  if (elements.length > FIELDS_MAX) {
    throw new ImportProblem(
      "too-large",
      `more than ${FIELDS_MAX} fields in an application`,
      elements[0]?.place,
    );
  }
  const fields = elements.map(parseField).sort((a, b) => a.ordinal - b.ordinal);
  const astray = fields.find(({ ordinal }, index) => ordinal !== index);
  if (astray !== undefined) {
    throw new ImportProblem(
      "malformed",
      "ordinals of fields count from 0 without gaps or repetitions; number them again",
      astray.place,
    );
  }
  assertDistinct(fields, ({ label }) => label, "the field");
  return fields;
}

function parseField(element: XmlElement): ApplicationDocumentField {
  const { ordinal = "", label = "", masked = "no" } = element.attributes;
  if (!/^\d{1,4}$/.test(ordinal)) {
    throw refused(element, "a field has no ordinal; number the fields from 0");
  }
  if (label === "") {
    throw refused(element, "a field has no label; give it one");
  }
  const { place } = element;
  return { ordinal: Number(ordinal), label, masked: parseSwitch(element, "masked", masked), place };
}

function assertDistinct<T extends { readonly place: ImportProblem["place"] }>(
  things: readonly T[],
  nameOf: (thing: T) => string,
  what: string,
): void {
  const taken = new Set<string>();
  for (const thing of things) {
    const name = nameOf(thing);
    if (taken.has(name.toLowerCase())) {
      throw new ImportProblem(
        "malformed",
        `${what} ${name} is there twice, also if only in other case; keep one of them`,
        thing.place,
      );
    }
    taken.add(name.toLowerCase());
  }
}
