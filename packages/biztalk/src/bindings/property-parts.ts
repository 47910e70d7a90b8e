/** What reading a property is made of, whether it is plain or unfolded from a document. */
import type { PlaceFinder } from "../text-place.ts";
import type { Property, PropertyType, Slot, SlotForm } from "./binding-file.ts";
import type { Secrecy, SecretNames } from "./secret-names.ts";
import { contentSlot, type ElementRange } from "./slots.ts";

/** What reading needs to know, and where what is found beside the properties goes. */
export interface PropsContext {
  readonly names: SecretNames;
  readonly places: PlaceFinder;
  /** Names of properties, each kept once: a file has few, and hundreds of thousands of uses. */
  readonly spelled: Map<string, string>;
  /** Comments that hold a secret. */
  readonly otherSecrets: Slot[];
}

export const PLAIN: SlotForm = { kind: "text", reading: "plain" };
export const WHOLE: SlotForm = { kind: "text", reading: "whole" };
export const UNFOLDED: SlotForm = { kind: "text", reading: "unfolded" };

export interface Content {
  readonly value: Property["value"];
  readonly masked: boolean;
}

/** A plain value: a secret that is blank is not in the file. */
export function judged({ names }: PropsContext, name: string, text: string): Content {
  return held(names.judge(name, text), text);
}

export function held(secrecy: Secrecy, text: string): Content {
  return { value: secrecy === "blank" ? undefined : text, masked: secrecy !== "none" };
}

export function plain(
  element: ElementRange,
  context: PropsContext,
  { type, form, value, masked }: Content & { readonly type: PropertyType; readonly form: SlotForm },
): Property {
  const { tag, document } = element;
  const place = context.places.at(document.toFile(tag.start));
  const slot = contentSlot(element, form, masked);
  return { name: once(context, tag.name), type, value, masked, place, slot };
}

export function once({ spelled }: PropsContext, name: string): string {
  const known = spelled.get(name);
  if (known === undefined) {
    spelled.set(name, name);
  }
  return known ?? name;
}
