/** The `<flags>` of an application: its switches, its type, its state and its time limit. */
import { refused, type XmlElement } from "../xml/tree.ts";
import type { ApplicationDocument, ApplicationDocumentFlag } from "./application-document.ts";

export interface Flags {
  /** As the file says, by the newest names. */
  readonly named: ReadonlyMap<string, boolean>;
  readonly switches: ApplicationDocument["flags"];
  readonly ticketTimeoutMinutes: number | undefined;
}

/** Names of flags in lower case: those of the document, and the older ones that became them. */
const FLAGS: ReadonlyMap<string, ApplicationDocumentFlag> = new Map([
  ["windowsinitiatedsso", "windowsInitiatedSso"],
  ["hostinitiatedsso", "hostInitiatedSso"],
  ["validatepassword", "validatePassword"],
  ["allowtickets", "allowTickets"],
  ["validatetickets", "validateTickets"],
  ["timeouttickets", "timeoutTickets"],
  ["tickettimeout", "timeoutTickets"],
  ["disablecredcache", "disableCredCache"],
  ["allowlocalaccounts", "allowLocalAccounts"],
  ["allowlocalgroups", "allowLocalAccounts"],
  ["adminaccountsame", "adminAccountSame"],
  ["admingroupsame", "adminAccountSame"],
  ["directpasswordsync", "directPasswordSync"],
  ["windowscreds", "windowsCreds"],
  ["restrictedcreds", "restrictedCreds"],
  ["restrictmappingcreate", "restrictMappingCreate"],
]);
/** What says the type and the state. */
const KINDS: ReadonlyMap<string, string> = new Map([
  ["groupapp", "groupApp"],
  ["configstoreapp", "configStoreApp"],
  ["enableapp", "enableApp"],
]);
const TICKET_TIMEOUT = "apptickettimeout";

/** Throws `ImportProblem` for a flag that is not known, or that has two values. */
export function parseFlags(elements: readonly XmlElement[]): Flags {
  const named = new Map<string, boolean>();
  const switches: Partial<Record<ApplicationDocumentFlag, boolean>> = {};
  let ticketTimeoutMinutes: number | undefined;
  for (const element of elements) {
    for (const [attribute, value] of Object.entries(element.attributes)) {
      const folded = attribute.toLowerCase();
      if (folded === TICKET_TIMEOUT) {
        ticketTimeoutMinutes = parseMinutes(element, attribute, value);
        continue;
      }
      const settable = FLAGS.get(folded);
      const flag = settable ?? KINDS.get(folded);
      if (flag === undefined) {
        throw refused(element, `the flag ${attribute} is not known`);
      }
      const isSet = parseSwitch(element, attribute, value);
      if ((named.get(flag) ?? isSet) !== isSet) {
        throw refused(
          element,
          `the flag ${attribute} is there twice, perhaps under an older name, with two values`,
        );
      }
      named.set(flag, isSet);
      if (settable !== undefined) {
        switches[settable] = isSet;
      }
    }
  }
  return { named, switches, ticketTimeoutMinutes };
}

/** Throws `ImportProblem`. */
export function parseSwitch(element: XmlElement, name: string, value: string): boolean {
  switch (value.trim().toLowerCase()) {
    case "yes":
    case "on":
    case "true":
      return true;
    case "no":
    case "off":
    case "false":
      return false;
    default:
      throw refused(element, `${name} is neither yes nor no`);
  }
}

function parseMinutes(element: XmlElement, name: string, value: string): number {
  if (!/^[1-9]\d{0,5}$/.test(value.trim())) {
    throw refused(element, `${name} is no number of minutes`);
  }
  return Number(value);
}
