import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  ImportProblem,
  maskBindings,
  parseBindings,
  spliceBindings,
  type BindingFile,
} from "../src/index.ts";
import { bindings, escaped, sendPort } from "./binding-parts.ts";

type Value = string | number | boolean;

const parse = (text: string): Promise<BindingFile> => parseBindings(text, { mask: [] });

async function slotOf(text: string, name: string) {
  const { transports } = await parse(text);
  const found = transports.flatMap(({ properties }) => properties).find((one) => one.name === name);
  assert.ok(found !== undefined, name);
  return found.slot;
}

/** The properties after one of them is edited. */
async function edited(properties: string, name: string, value: Value): Promise<string> {
  const text = bindings(sendPort(properties));
  const result = spliceBindings(text, [{ slot: await slotOf(text, name), value }]);
  const again = await parse(result);
  const found = again.transports[0]?.properties.find((one) => one.name === name);
  assert.equal(found?.value, value);
  const [, data = ""] = /<TransportTypeData>([^]*)<\/TransportTypeData>/.exec(result) ?? [];
  const [, inside = ""] = /^<CustomProps>([^]*)<\/CustomProps>$/.exec(unescaped(data)) ?? [];
  return inside;
}

function unescaped(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

async function refuses(properties: string, name: string, value: Value, message: RegExp) {
  const text = bindings(sendPort(properties));
  const slot = await slotOf(text, name);
  assert.throws(
    () => spliceBindings(text, [{ slot, value }]),
    (error) => error instanceof ImportProblem && message.test(error.message),
  );
}

describe("spliceBindings", () => {
  it("writes content and leaves the tag as it is", async () => {
    assert.equal(await edited(`<A  vt = '8' >x</A >`, "A", "y&z"), `<A  vt = '8' >y&amp;z</A >`);
  });

  it("opens the tag of an empty element, and only as far as it must", async () => {
    assert.equal(await edited('<A vt="8" />', "A", "y"), '<A vt="8">y</A>');
    assert.equal(await edited('<A vt="8"\n/>', "A", "y"), '<A vt="8">y</A>');
    assert.equal(await edited('<A vt="8"></A>', "A", "y"), '<A vt="8">y</A>');
    assert.equal(await edited('<A vt="8" />', "A", ""), '<A vt="8" />');
  });

  it("makes null text when it gets a value", async () => {
    assert.equal(await edited('<A vt="1" b="c" />', "A", "y"), '<A vt="8" b="c">y</A>');
    assert.equal(await edited("<A vt='1'></A>", "A", "y"), "<A vt='8'>y</A>");
    assert.equal(
      await edited('<A vt="8" xsi:nil="true" b="c" />', "A", "y"),
      '<A vt="8" b="c">y</A>',
    );
    const nested = escaped('<c><password xsi:nil="true" xmlns:xsi="u" /></c>');
    assert.equal(
      await edited(`<A vt="8">${nested}</A>`, "A.password", "p"),
      `<A vt="8">${escaped('<c><password xmlns:xsi="u">p</password></c>')}</A>`,
    );
  });

  it("spells numbers and booleans as the file does", async () => {
    assert.equal(await edited('<A vt="3">1</A>', "A", -2), '<A vt="3">-2</A>');
    assert.equal(await edited('<A vt="5">1</A>', "A", 1.5e-7), '<A vt="5">1.5e-7</A>');
    assert.equal(await edited('<A vt="11">0</A>', "A", true), '<A vt="11">-1</A>');
    assert.equal(await edited('<A vt="11">true</A>', "A", false), '<A vt="11">False</A>');
  });

  it("escapes once for each document around, and an attribute once more", async () => {
    const config = escaped('<c d="e"><f>g</f><h i="j"/></c>');
    const text = `<A vt="8">${config}</A>`;
    assert.match(await edited(text, "A.f", "<&\r"), /f&gt;&amp;lt;&amp;amp;&amp;#xD;&lt;\/f/);
    assert.match(
      await edited(text, "A.@d", `"'<\n\t`),
      /d="&amp;quot;&amp;apos;&amp;lt;&amp;#xA;&amp;#x9;"/,
    );
    assert.match(await edited(text, "A.h", '<h i="k&amp;"/>'), /&lt;h i="k&amp;amp;"\/&gt;/);
  });

  it("refuses what XML cannot carry", async () => {
    for (const value of ["\u0000", "\u001b", "\ud800", "\uffff"]) {
      await refuses('<A vt="8">x</A>', "A", value, /control character/);
    }
  });

  it("refuses what would not be read back", async () => {
    await refuses('<Password vt="8">x</Password>', "Password", "******", /\*{6} means/);
    await refuses('<A vt="8">x</A>', "A", "<b><c/></b>", /read as properties/);
    await refuses('<A vt="8">x</A>', "A", "<b", /not well-formed/);
    await refuses('<A vt="8">x</A>', "A", "<!DOCTYPE b><b/>", /DOCTYPE/);
    const config = `<A vt="8">${escaped('<c><h i="j"/></c>')}</A>`;
    for (const value of [
      "<h/>",
      "<h>t</h>",
      '<k i="j"/>',
      '<h i="j"/><k/>',
      ' <h i="j"/>',
      "x",
      '<h i="j"/><!-- c -->',
    ]) {
      await refuses(config, "A.h", value, /element <h>/);
    }
  });

  it("refuses values of another type", async () => {
    await refuses('<A vt="3">1</A>', "A", "1", /number/);
    await refuses('<A vt="3">1</A>', "A", 1.5, /number/);
    await refuses('<A vt="17">1</A>', "A", 256, /number/);
    await refuses('<A vt="11">0</A>', "A", "true", /true or false/);
    await refuses('<A vt="8">x</A>', "A", 1, /text/);
  });

  it("refuses two edits of one slot", async () => {
    const text = bindings(sendPort('<A vt="8">x</A>'));
    const slot = await slotOf(text, "A");
    const twice = [
      { slot, value: "y" },
      { slot, value: "z" },
    ];
    assert.throws(() => spliceBindings(text, twice), ImportProblem);
  });
});

describe("maskBindings", () => {
  it("hides secrets wherever they stand, and nothing else", async () => {
    const inside = escaped(
      '<c k="Password=p1"><password>p2</password><d><pwd>p3</pwd></d><e>f</e></c>',
    );
    const ports = sendPort(
      `<X vt="8">${inside}</X><Password vt="8">p4</Password><Pwd vt="1"/><N vt="8">n</N>`,
    );
    const text = bindings(ports, "<!-- password: p5 --><Address>ftp://u:p6@h</Address>");
    const masked = maskBindings(text, await parse(text));
    assert.equal(masked.hidden, 6);
    assert.doesNotMatch(masked.text, /p\d/);
    const shown = escaped('<c k="******"><password>******</password><d>******</d><e>f</e></c>');
    assert.equal(
      masked.text,
      bindings(
        sendPort(
          `<X vt="8">${shown}</X><Password vt="8">******</Password><Pwd vt="1"/><N vt="8">n</N>`,
        ),
        "<!--******--><Address>******</Address>",
      ),
    );
  });
});
