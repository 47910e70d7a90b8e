import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  decodeText,
  encodeText,
  ImportProblem,
  maskBindings,
  parseBindings,
  spliceBindings,
  type BindingFile,
  type Property,
} from "../src/index.ts";
import { BINDING_SAMPLES, SAVED_OTHERWISE } from "./binding-samples.ts";

const RUNS = 1500;

const bytesOf = fc.constantFrom(...BINDING_SAMPLES, ...SAVED_OTHERWISE).map(({ bytes }) => bytes);
const textOf = fc.constantFrom(...BINDING_SAMPLES).map(({ bytes }) => decodeText(bytes).text);
const portion = fc.double({ min: 0, max: 1, noNaN: true });

/** Things that mean something at one depth of escaping or another. */
const SNIPPETS = [
  "<",
  ">",
  "&",
  '"',
  "<a>",
  "</a>",
  "<a/>",
  "<!-- c -->",
  "<?p i?>",
  "<![CDATA[x]]>",
  "<!DOCTYPE a [<!ENTITY b 'c'>]>",
  "&b;",
  "&#0;",
  "&#x41;",
  "&amp;b;",
  "\r",
  "\u0000",
  "]]>",
  ' vt="1"',
  ' vt="99"',
  ' xsi:nil="true"',
  "CustomProps",
  "TransportTypeData",
];

describe("a mutated binding file", () => {
  it("is refused with a place or imported as it is, whatever its bytes", async () => {
    const change = fc.tuple(portion, fc.nat(255), fc.nat(40));
    await fc.assert(
      fc.asyncProperty(
        bytesOf,
        fc.array(change, { minLength: 1, maxLength: 3 }),
        async (bytes, changes) => {
          const mutated = Uint8Array.from(bytes);
          for (const [where, byte, length] of changes) {
            const start = Math.floor(where * mutated.length);
            mutated.fill(byte, start, start + (length % 4));
          }
          await assertRefusedOrSound(mutated);
        },
      ),
      { numRuns: RUNS },
    );
  });

  it("is refused with a place or imported as it is, whatever its structure", async () => {
    const change = fc.record({
      at: portion,
      length: fc.oneof(fc.constant(0), fc.nat(60), fc.nat(3000)),
      depth: fc.nat(3),
      kind: fc.constantFrom("insert", "remove", "repeat", "move"),
      snippet: fc.constantFrom(...SNIPPETS),
    });
    await fc.assert(
      fc.asyncProperty(
        textOf,
        fc.array(change, { minLength: 1, maxLength: 2 }),
        async (text, changes) => {
          const mutated = changes.reduce(mutate, text);
          await assertRefusedOrSound(new TextEncoder().encode(mutated));
        },
      ),
      { numRuns: RUNS },
    );
  });

  it("is refused with a place or imported as it is, when elements go or come twice", async () => {
    await fc.assert(
      fc.asyncProperty(textOf, portion, fc.boolean(), async (text, where, comesTwice) => {
        const elements = [...text.matchAll(/(<|&lt;|&amp;lt;)(\w+)[^<]*?\1\/\2(>|&gt;|&amp;gt;)/g)];
        const found = elements[Math.floor(where * (elements.length - 1))];
        assert.ok(found !== undefined);
        const after = text.slice(found.index + (comesTwice ? 0 : found[0].length));
        await assertRefusedOrSound(
          new TextEncoder().encode(
            text.slice(0, found.index) + (comesTwice ? found[0] : "") + after,
          ),
        );
      }),
      { numRuns: RUNS / 5 },
    );
  });
});

interface Change {
  readonly at: number;
  readonly length: number;
  readonly depth: number;
  readonly kind: "insert" | "remove" | "repeat" | "move";
  readonly snippet: string;
}

function mutate(text: string, { at, length, depth, kind, snippet }: Change): string {
  const start = Math.floor(at * text.length);
  const [before, piece, after] = [
    text.slice(0, start),
    text.slice(start, start + length),
    text.slice(start + length),
  ];
  switch (kind) {
    case "insert":
      return before + escape(snippet, depth) + piece + after;
    case "remove":
      return before + after;
    case "repeat":
      return before + piece + piece + after;
    case "move":
      return before + after.slice(0, length) + piece + after.slice(length);
  }
}

function escape(text: string, depth: number): string {
  return depth === 0
    ? text
    : escape(
        text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;"),
        depth - 1,
      );
}

async function assertRefusedOrSound(bytes: Uint8Array): Promise<void> {
  try {
    const source = decodeText(bytes);
    const file = await parseBindings(source.text, { mask: [] });
    assert.deepEqual(encodeText(source, spliceBindings(source.text, [])), Uint8Array.from(bytes));
    maskBindings(source.text, file);
    await assertEditHolds(source.text, file);
  } catch (error) {
    if (!(error instanceof ImportProblem)) {
      throw error;
    }
    assert.notEqual(error.place, undefined, error.message);
  }
}

/** One property of each kind of slot is edited and read back. */
async function assertEditHolds(text: string, file: BindingFile): Promise<void> {
  const properties = file.transports.flatMap((transport) => transport.properties);
  const strings = properties.filter(
    ({ slot }) => slot.form.kind === "text" || slot.form.kind === "attribute",
  );
  const property = strings[text.length % strings.length];
  if (property === undefined) {
    return;
  }
  const edited = spliceBindings(text, [{ slot: property.slot, value: "a&<b\r\n" }]);
  const again = await parseBindings(edited, { mask: [] });
  const values = (all: readonly Property[]): readonly unknown[] =>
    all.map(({ name, value }) => [name, value]);
  assert.deepEqual(
    values(again.transports.flatMap((transport) => transport.properties)),
    values(properties.map((one) => (one === property ? { ...one, value: "a&<b\r\n" } : one))),
  );
}
