import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ImportProblem } from "../import-problem.ts";
import { parseSettings, parseSsoExport, type Setting } from "./parse-settings.ts";

const pairs = (settings: readonly Setting[]): readonly unknown[] =>
  settings.map(({ name, value }) => [name, value]);

function refused(read: () => unknown, line: number, column: number, message: RegExp): void {
  assert.throws(read, (error) => {
    assert.ok(error instanceof ImportProblem);
    assert.match(error.message, message);
    assert.deepEqual(error.place, { line, column });
    return true;
  });
}

describe("parseSettings", () => {
  it("reads settings of the deployment framework", () => {
    const text = `<?xml version="1.0" encoding="utf-8"?>\n<settings>
  <!-- c -->
  <property name="Url">https://a.example/?b&amp;c</property>
  <property name="Empty" /><property name="Xml"><![CDATA[<a/>]]></property>\n</settings>`;
    assert.deepEqual(pairs(parseSettings(text)), [
      ["Url", "https://a.example/?b&c"],
      ["Empty", ""],
      ["Xml", "<a/>"],
    ]);
    assert.deepEqual(parseSettings(text)[1]?.place, { line: 5, column: 3 });
  });

  it("tells where it stops", () => {
    refused(() => parseSettings("<SSOApplicationExport/>"), 1, 1, /<settings> is expected/);
    refused(() => parseSettings("<settings>\n<add/></settings>"), 2, 1, /<property>/);
    refused(() => parseSettings("<settings>\n<property/></settings>"), 2, 1, /has no name/);
    refused(
      () => parseSettings("<settings><property name='a'/>\n<property name='A'/></settings>"),
      2,
      1,
      /setting A is there twice/,
    );
    refused(
      () => parseSettings("<settings><property name='a'><b/></property></settings>"),
      1,
      11,
      /without elements/,
    );
    refused(() => parseSettings("<settings>"), 1, 10, /unclosed tag/);
  });
});

describe("parseSsoExport", () => {
  it("reads what a .sso file holds", () => {
    const text =
      '<SSOApplicationExport><applicationData><add key="a" value="b &lt; c" /><add key="d" value="" /></applicationData></SSOApplicationExport>';
    assert.deepEqual(pairs(parseSsoExport(text)), [
      ["a", "b < c"],
      ["d", ""],
    ]);
  });

  it("tells where it stops", () => {
    const inside = (text: string): string =>
      `<SSOApplicationExport>\n<applicationData>${text}</applicationData></SSOApplicationExport>`;
    refused(() => parseSsoExport("<SSOApplicationExport/>"), 1, 1, /applicationData/);
    refused(() => parseSsoExport(inside("<property/>")), 2, 18, /<add>/);
    refused(() => parseSsoExport(inside('<add key="a"/>')), 2, 18, /has no value/);
    refused(() => parseSsoExport(inside('<add value="a"/>')), 2, 18, /has no key/);
  });
});
