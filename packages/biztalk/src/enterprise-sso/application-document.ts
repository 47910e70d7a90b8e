/** An affiliate application as a file of `ssomanage` describes it. */
import type { TextPlace } from "../text-place.ts";

export type ApplicationDocumentType = "individual" | "group" | "host-group" | "config-store";

/** The switches of an application but those that are its type and state. */
export const APPLICATION_DOCUMENT_FLAGS = [
  "windowsInitiatedSso",
  "hostInitiatedSso",
  "validatePassword",
  "allowTickets",
  "validateTickets",
  "timeoutTickets",
  "disableCredCache",
  "allowLocalAccounts",
  "adminAccountSame",
  "directPasswordSync",
  "windowsCreds",
  "restrictedCreds",
  "restrictMappingCreate",
] as const;
export type ApplicationDocumentFlag = (typeof APPLICATION_DOCUMENT_FLAGS)[number];

export interface ApplicationDocument {
  readonly name: string;
  readonly place: TextPlace;
  /** What the file says; undefined where it says nothing: a new application is individual then. */
  readonly type: ApplicationDocumentType | undefined;
  readonly description: string | undefined;
  readonly contact: string | undefined;
  /** Accounts in their order; undefined where the file has no such element. */
  readonly users: readonly string[] | undefined;
  readonly administrators: readonly string[] | undefined;
  /** Of a host group. */
  readonly windowsAccount: string | undefined;
  /** By ordinal, without gaps. Field 0 is the user name, or the dummy of a config store. */
  readonly fields: readonly ApplicationDocumentField[];
  /** Only those that the file names. */
  readonly flags: Readonly<Partial<Record<ApplicationDocumentFlag, boolean>>>;
  /** Undefined where the file does not say; a new application is then disabled. */
  readonly enabled: boolean | undefined;
  /** Undefined where the file does not say. */
  readonly ticketTimeoutMinutes: number | undefined;
}

export interface ApplicationDocumentField {
  readonly ordinal: number;
  readonly label: string;
  readonly masked: boolean;
  readonly place: TextPlace;
}
