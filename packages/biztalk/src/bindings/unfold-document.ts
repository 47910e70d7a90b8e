/** A property whose text is a document: the properties that it is unfolded into, by one level. */
import type { EmbeddedText } from "../xml/embedded-text.ts";
import type { Property, PropertyType, SlotForm } from "./binding-file.ts";
import { isNotOwn, shapeOf, type ChildShape, type DocumentShape } from "./document-shape.ts";
import {
  held,
  judged,
  once,
  plain,
  PLAIN,
  UNFOLDED,
  WHOLE,
  type PropsContext,
} from "./property-parts.ts";
import {
  attributeRanges,
  commentSlot,
  contentSlot,
  isNil,
  rangeSlot,
  type ElementRange,
} from "./slots.ts";

/** One property for the whole if it is no record. Throws `ImportProblem`. */
export function unfoldDocument(
  element: ElementRange,
  value: EmbeddedText,
  context: PropsContext,
): readonly Property[] {
  const shape = shapeOf(value, context.names);
  if (!shape.isRecord) {
    return [
      plain(element, context, {
        type: "xml",
        form: UNFOLDED,
        ...held(shape.secrecy, value.text),
      }),
    ];
  }
  context.otherSecrets.push(
    ...shape.secretComments.map(({ start, end }) => commentSlot(value, "comment", start, end)),
  );
  const { name } = element.tag;
  return [
    ...rootAttributes(value, shape, name, context),
    ...shape.children.map((child) => childProperty(value, child, name, context)),
  ];
}

function rootAttributes(
  document: EmbeddedText,
  { root }: DocumentShape,
  property: string,
  context: PropsContext,
): readonly Property[] {
  const ranges = attributeRanges(document.text, root).filter(({ name }) => !isNotOwn(name));
  return ranges.map((range) => {
    const name = once(context, `${property}.@${range.name}`);
    const { value, masked } = judged(context, name, root.attributes[range.name] ?? "");
    const place = context.places.at(document.toFile(range.valueStart));
    const between = { start: range.valueStart, end: range.valueEnd };
    const slot = rangeSlot(document, between, document.depth + 1, { kind: "attribute" }, masked);
    return { name, type: "string", value, masked, place, slot };
  });
}

function childProperty(
  document: EmbeddedText,
  child: ChildShape,
  property: string,
  context: PropsContext,
): Property {
  const { element, isLeaf, isDocument } = child;
  const { tag } = element;
  const name = once(context, `${property}.${tag.name}`);
  if (isLeaf) {
    const isSecret = context.names.has(name);
    const value = isNil(tag) ? undefined : child.text;
    const content =
      isDocument && !isSecret ? held(child.secrecy, child.text) : judged(context, name, child.text);
    const type: PropertyType = isDocument ? "xml" : "string";
    const { masked } = content;
    const slot = contentSlot(element, isSecret ? PLAIN : WHOLE, masked);
    const place = context.places.at(document.toFile(tag.start));
    return { name, type, value: value === undefined ? value : content.value, masked, place, slot };
  }
  const whole = document.text.slice(tag.start, element.end);
  const { value, masked } = context.names.has(name)
    ? held("present", whole)
    : held(child.secrecy, whole);
  const form: SlotForm = { kind: "element", element: tag.name };
  const slot = rangeSlot(
    document,
    { start: tag.start, end: element.end },
    document.depth,
    form,
    masked,
  );
  return {
    name,
    type: "xml",
    value,
    masked,
    place: context.places.at(document.toFile(tag.start)),
    slot,
  };
}
