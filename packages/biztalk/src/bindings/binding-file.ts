/** What a binding file says, as far as a config store keeps it. */
import type { TextPlace } from "../text-place.ts";

export interface BindingFile {
  /** In the order of the file; no two have the same identifier, also not in other case. */
  readonly transports: readonly Transport[];
  /** Hosts that the file names. What they hold is not in the file. */
  readonly handlers: readonly HandlerReference[];
  /** Values outside of `transports` that hold a secret: shown as `******`, kept nowhere else. */
  readonly otherSecrets: readonly Slot[];
}

/** One transport of a send port that carries configuration, or one receive location. */
export interface Transport {
  /** The BizTalk application. */
  readonly application: string;
  /** The name of the adapter, such as `FTP` or `WCF-Custom`. */
  readonly adapter: string;
  /** `send-port/NAME/primary`, `send-port/NAME/secondary` or `receive-location/NAME`. */
  readonly identifier: string;
  readonly place: TextPlace;
  /** No two have the same name, also not in other case. */
  readonly properties: readonly Property[];
}

export type PropertyType = "string" | "number" | "boolean" | "xml";

export interface Property {
  /**
   * The name of the element below `CustomProps`; of what is unfolded from a document in it,
   * `AdapterConfig.serverAddress` for a child and `BindingConfiguration.@name` for an attribute of
   * the document's root.
   */
  readonly name: string;
  readonly type: PropertyType;
  /** Undefined: not in this file. */
  readonly value: string | number | boolean | undefined;
  readonly masked: boolean;
  readonly place: TextPlace;
  readonly slot: Slot;
}

/** One host that handles messages for an adapter. */
export interface HandlerReference {
  readonly kind: "send" | "receive";
  /** The name of the host. */
  readonly host: string;
  /** Undefined where the file does not say. */
  readonly adapter: string | undefined;
}

/** What may be written into a slot, and how it is spelled. */
export type SlotForm =
  | { readonly kind: "text"; readonly reading: TextReading }
  /** A number of a variant type. */
  | { readonly kind: "number"; readonly variantType: number }
  /** A variant boolean; `words` where the file spells it with words. */
  | { readonly kind: "boolean"; readonly words: boolean }
  /** The value of an attribute, between quotation marks. */
  | { readonly kind: "attribute" }
  /** A whole element of this name. */
  | { readonly kind: "element"; readonly element: string };

/**
 * How text is read that looks like a document: as text all the same; as one value, if it is
 * well-formed; or unfolded, if it can be.
 */
export type TextReading = "plain" | "whole" | "unfolded";

/** Where a value stands in the text and how it is written there. Opaque but to `spliceBindings`. */
export interface Slot {
  /** What is replaced, in UTF-16 units of the file's text. */
  readonly start: number;
  readonly end: number;
  /** How many times markup in the value is escaped. */
  readonly escapes: number;
  readonly form: SlotForm;
  readonly masked: boolean;
  /** File text to put before and after, where the tag of an empty element has to be opened. */
  readonly before: string;
  readonly after: string;
}
