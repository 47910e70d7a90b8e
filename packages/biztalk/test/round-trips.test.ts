import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  decodeText,
  encodeText,
  maskBindings,
  parseBindings,
  spliceBindings,
  type BindingFile,
  type Property,
} from "../src/index.ts";
import { BINDING_SAMPLES, SAVED_OTHERWISE } from "./binding-samples.ts";

/** What is hard to carry through several layers of XML. */
const HARD_TEXTS = [
  `a&b <c> "d" 'e'`,
  "two\r\nlines, \rone\treturn and\n\n",
  "]]> and ]]&gt; and <![CDATA[x]]>",
  "𝄞 é \u2028 \u0085 \ufffd",
  "&amp;lt;a&amp;gt; &#13;",
  "  space around  ",
  "another %MessageID%",
];

for (const { name, bytes } of [...BINDING_SAMPLES, ...SAVED_OTHERWISE]) {
  describe(name, () => {
    const source = decodeText(bytes);

    it("has the same bytes when nothing is edited", async () => {
      const file = await parse(source.text);
      assert.notEqual(propertiesOf(file).length, 0);
      assert.deepEqual(encodeText(source, spliceBindings(source.text, [])), bytes);
    });

    it("changes one range for an edit of any property, which is read back", async () => {
      const before = propertiesOf(await parse(source.text));
      for (const [index, property] of before.entries()) {
        const value = anotherValue(property, index);
        const edited = spliceBindings(source.text, [{ slot: property.slot, value }]);
        assertOneRange(source.text, edited, property);
        const after = propertiesOf(await parse(edited));
        const expected = before.map((one) => said(one === property ? { ...one, value } : one));
        // What a text is for may show in it, so that of the edited one is not compared.
        expected[index] = {
          ...said(property),
          value,
          masked: after[index]?.masked,
          type: after[index]?.type,
        };
        assert.deepEqual(after.map(said), expected);
      }
    });

    it("takes all edits at once", async () => {
      const before = propertiesOf(await parse(source.text));
      const edits = before.map((one, index) => ({
        slot: one.slot,
        value: anotherValue(one, index),
      }));
      const after = propertiesOf(await parse(spliceBindings(source.text, edits)));
      assert.deepEqual(
        after.map(({ value }) => value),
        edits.map(({ value }) => value),
      );
    });

    it("shows no secret when masked, and says how many there were", async () => {
      const file = await parse(source.text);
      const secrets = propertiesOf(file).filter(
        ({ masked, value }) => masked && value !== undefined,
      );
      const masked = maskBindings(source.text, file);
      assert.equal(masked.hidden, secrets.length + file.otherSecrets.length);
      const shown = propertiesOf(await parse(masked.text));
      assert.deepEqual(
        shown.filter((one) => one.masked && one.value !== undefined),
        [],
      );
      for (const { value } of secrets) {
        assert.ok(!masked.text.includes(String(value)));
      }
    });
  });
}

function parse(text: string): Promise<BindingFile> {
  return parseBindings(text, { mask: [] });
}

function propertiesOf({ transports }: BindingFile): readonly Property[] {
  return transports.flatMap(({ properties }) => properties);
}

/** A property without where it stands, which an edit before it moves. */
function said({ name, type, value, masked }: Property): object {
  return { name, type, value, masked };
}

function anotherValue({ type, value, slot }: Property, index: number): string | number | boolean {
  switch (type) {
    case "number":
      return value === 7 ? 8 : 7;
    case "boolean":
      return value !== true;
    case "string":
      return HARD_TEXTS[index % HARD_TEXTS.length] ?? "";
    case "xml": {
      const element = slot.form.kind === "element" ? slot.form.element : "other";
      return `<${element} a="&quot;&amp;&#xA;"><b>\t&lt;\r&amp;amp;&#13;</b>${"<c/>".repeat(2)}</${element}>`;
    }
  }
}

/** All that differs lies within the slot; what stands around it is an element's own markup. */
function assertOneRange(before: string, after: string, { slot, name }: Property): void {
  assert.notEqual(after, before, name);
  let start = 0;
  while (before[start] === after[start]) {
    start += 1;
  }
  let fromEnd = 0;
  while (
    fromEnd < before.length - start &&
    fromEnd < after.length - start &&
    before.at(-1 - fromEnd) === after.at(-1 - fromEnd)
  ) {
    fromEnd += 1;
  }
  assert.ok(start >= slot.start && before.length - fromEnd <= slot.end, name);
  const escapes = (text: string): string => "&" + "amp;".repeat(slot.escapes - 2) + text;
  if (slot.form.kind === "text" && slot.before === "" && slot.escapes > 1) {
    assert.ok(before.slice(0, slot.start).endsWith(escapes("gt;")), name);
    assert.ok(before.slice(slot.end).startsWith(escapes("lt;/")), name);
  }
}
