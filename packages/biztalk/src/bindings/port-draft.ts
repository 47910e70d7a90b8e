/** Ports as they are read: which application one belongs to is said after its transports. */
import { ImportProblem } from "../import-problem.ts";
import type { TextPlace } from "../text-place.ts";
import type { Property, Transport } from "./binding-file.ts";

export interface PortDraft {
  readonly element: "SendPort" | "ReceivePort";
  readonly name: string;
  readonly place: TextPlace;
  /** Undefined while none was read. */
  application: string | undefined;
  readonly transports: TransportDraft[];
}

export interface TransportDraft {
  readonly identifier: string;
  readonly place: TextPlace;
  adapter: string | undefined;
  /** Undefined while no configuration was read. */
  properties: readonly Property[] | undefined;
}

/** The transports of the ports; throws `ImportProblem` for two with one identifier. */
export function transportsOf(
  ports: readonly PortDraft[],
  applications: ReadonlySet<string>,
): readonly Transport[] {
  const taken = new Set<string>();
  return ports.flatMap((port) =>
    port.transports.filter(isKept).map((draft) => {
      const folded = draft.identifier.toLowerCase();
      if (taken.has(folded)) {
        throw new ImportProblem(
          "malformed",
          `${draft.identifier} is there twice, also if only in other case; a name is unique in a BizTalk group`,
          draft.place,
        );
      }
      taken.add(folded);
      return transportOf(port, draft, applications);
    }),
  );
}

/** What carries configuration, and each receive location. */
function isKept({ identifier, properties }: TransportDraft): boolean {
  return properties !== undefined || identifier.startsWith("receive-location/");
}

function transportOf(
  port: PortDraft,
  { identifier, place, adapter, properties }: TransportDraft,
  applications: ReadonlySet<string>,
): Transport {
  if (adapter === undefined) {
    throw new ImportProblem(
      "malformed",
      `${identifier} does not name its adapter; give it the element of its transport type`,
      place,
    );
  }
  const application = applicationOf(port, applications);
  return { application, adapter, identifier, place, properties: properties ?? [] };
}

/** Files of older versions name the application once, as a module, and not for each port. */
function applicationOf(port: PortDraft, applications: ReadonlySet<string>): string {
  const [only, ...others] = applications;
  const application = port.application ?? (others.length === 0 ? only : undefined);
  if (application === undefined) {
    throw new ImportProblem(
      "malformed",
      `the ${port.element} ${port.name} has no ApplicationName, and the file does not name one application for all; add it`,
      port.place,
    );
  }
  return application;
}
