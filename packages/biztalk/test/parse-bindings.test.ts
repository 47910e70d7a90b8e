import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  ImportProblem,
  parseBindings,
  TRANSPORT_DATA_UNITS_MAX,
  type BindingFile,
  type ImportFault,
  type Property,
} from "../src/index.ts";
import { bindings, escaped, sendPort } from "./binding-parts.ts";

function parse(text: string, mask: readonly string[] = []): Promise<BindingFile> {
  return parseBindings(text, { mask });
}

async function propertiesIn(properties: string, mask: readonly string[] = []) {
  const { transports } = await parse(bindings(sendPort(properties)), mask);
  return transports.flatMap((one) => one.properties).map(said);
}

function said({ name, type, value, masked }: Property): readonly unknown[] {
  return masked ? [name, type, value, "masked"] : [name, type, value];
}

/** The text is refused at the mark, which is taken out before. */
async function refused(fault: ImportFault, marked: string, message: RegExp): Promise<void> {
  const at = marked.indexOf("¶");
  const before = marked.slice(0, at).split("\n");
  await assert.rejects(parse(marked.replace("¶", "")), (error) => {
    assert.ok(error instanceof ImportProblem);
    assert.match(error.message, message);
    assert.equal(error.fault, fault);
    assert.deepEqual(error.place, {
      line: before.length,
      column: (before.at(-1)?.length ?? 0) + 1,
    });
    return true;
  });
}

const refusedIn = (fault: ImportFault, properties: string, message: RegExp): Promise<void> =>
  refused(fault, bindings(sendPort(properties)), message);

describe("parseBindings: values", () => {
  it("gives each variant type its type", async () => {
    assert.deepEqual(
      await propertiesIn(
        `<A vt="8">t</A><B vt="3">-5</B><C vt="19">4294967295</C><D vt="11">-1</D><E vt="11">False</E>
<F vt="5">1.5e3</F><G vt="20">9223372036854775807</G><H vt="7">2026-01-01</H><I vt="8"/><J vt="3"/><K vt="1"/><L vt="0"></L>`,
      ),
      [
        ["A", "string", "t"],
        ["B", "number", -5],
        ["C", "number", 4294967295],
        ["D", "boolean", true],
        ["E", "boolean", false],
        ["F", "number", 1500],
        ["G", "string", "9223372036854775807"],
        ["H", "string", "2026-01-01"],
        ["I", "string", ""],
        ["J", "number", undefined],
        ["K", "string", undefined],
        ["L", "string", undefined],
      ],
    );
  });

  it("unfolds a document by one level, its root's attributes included", async () => {
    const document = `<?xml version="1.0" encoding="utf-16"?><c xmlns:x="u" name="n"><uri>a&amp;b</uri><none/><deep a="1"/><more><b>1</b></more><doc>${escaped("<d><e/></d>")}</doc></c>`;
    assert.deepEqual(await propertiesIn(`<P vt="8">${escaped(document)}</P>`), [
      ["P.@name", "string", "n"],
      ["P.uri", "string", "a&b"],
      ["P.none", "string", ""],
      ["P.deep", "xml", '<deep a="1"/>'],
      ["P.more", "xml", "<more><b>1</b></more>"],
      ["P.doc", "xml", "<d><e/></d>"],
    ]);
  });

  it("keeps a document whole that is no record", async () => {
    for (const document of [
      "<a/>",
      '<a b="c"/>',
      "<a>t</a>",
      "<a><b/><b/></a>",
      "<a><b/><B/></a>",
      "<a>t<b/></a>",
      "<a><![CDATA[x]]><b/></a>",
      "<a><![CDATA[ ]]><b/></a>",
    ]) {
      assert.deepEqual(await propertiesIn(`<P vt="8">${escaped(document)}</P>`), [
        ["P", "xml", document],
      ]);
    }
  });

  it("reads an element with a comment or a section in it as it stands", async () => {
    const document = "<a><b>x<!-- y --></b><c><![CDATA[z]]></c></a>";
    assert.deepEqual(await propertiesIn(`<P vt="8">${escaped(document)}</P>`), [
      ["P.b", "xml", "<b>x<!-- y --></b>"],
      ["P.c", "xml", "<c><![CDATA[z]]></c>"],
    ]);
  });
});

describe("parseBindings: secrets", () => {
  it("masks by name, in any case and in documents", async () => {
    assert.deepEqual(
      await propertiesIn(
        `<Password vt="8">a</Password><proxyPASSWORD vt="8">b</proxyPASSWORD><X vt="8">${escaped("<c><sharedaccesskey>k</sharedaccesskey><user>u</user></c>")}</X>`,
      ),
      [
        ["Password", "string", "a", "masked"],
        ["proxyPASSWORD", "string", "b", "masked"],
        ["X.sharedaccesskey", "string", "k", "masked"],
        ["X.user", "string", "u"],
      ],
    );
  });

  it("masks values that hold a secret", async () => {
    for (const value of [
      "Server=s;Password=p;Encrypt=yes",
      "Server=s;PWD = p",
      "Endpoint=sb://h/;SharedAccessKeyName=n;SharedAccessKey=k=",
      "DefaultEndpointsProtocol=https;AccountKey=k",
      "https://h/?sv=1&sig=abc",
      "ftp://user:p@host/",
      '{"password": "p"}',
      "Authorization: Basic abc",
    ]) {
      assert.deepEqual(await propertiesIn(`<P vt="8">${escaped(value)}</P>`), [
        ["P", "string", value, "masked"],
      ]);
    }
  });

  it("leaves what is no secret", async () => {
    for (const value of [
      "ftp://host:21/a",
      "Microsoft, PublicKeyToken=31bf",
      "Signature",
      "user@host",
      "a: b",
    ]) {
      assert.deepEqual(await propertiesIn(`<P vt="8">${escaped(value)}</P>`), [
        ["P", "string", value],
      ]);
    }
  });

  it("masks whole what holds one deeper, however it is escaped there", async () => {
    const inner = escaped("<k><passphrase>p</passphrase></k>");
    for (const part of [
      "<x><y><password>p</password></y></x>",
      '<x pwd="p"/>',
      `<x><y>${inner}</y></x>`,
      "<x><y><![CDATA[<k><secret>p</secret></k>]]></y></x>",
      "<x><y/>Password=p</x>",
    ]) {
      assert.deepEqual(await propertiesIn(`<P vt="8">${escaped(`<c><z/>${part}</c>`)}</P>`), [
        ["P.z", "string", ""],
        ["P.x", "xml", part, "masked"],
      ]);
    }
  });

  it("takes a blank secret as not in the file", async () => {
    assert.deepEqual(
      await propertiesIn(
        `<Password vt="8">******</Password><Pwd vt="8"/><Secret vt="1"/><Any vt="8">******</Any><C vt="8">Server=s;Password=******</C><D vt="8">Password=;User=u</D><E vt="3">******</E><X vt="8">${escaped("<c><password/><d><pwd>******</pwd></d></c>")}</X>`,
      ),
      [
        ["Password", "string", undefined, "masked"],
        ["Pwd", "string", undefined, "masked"],
        ["Secret", "string", undefined, "masked"],
        ["Any", "string", undefined, "masked"],
        ["C", "string", undefined, "masked"],
        ["D", "string", undefined, "masked"],
        ["E", "number", undefined, "masked"],
        ["X.password", "string", undefined, "masked"],
        ["X.d", "xml", undefined, "masked"],
      ],
    );
  });

  it("masks what the caller names, whole or by its last part", async () => {
    const properties = `<A vt="8">a</A><B vt="3">1</B><C vt="11">0</C><X vt="8">${escaped("<c><user>u</user><d>e</d></c>")}</X>`;
    assert.deepEqual(await propertiesIn(properties, ["a", "B", "c", "USER"]), [
      ["A", "string", "a", "masked"],
      ["B", "number", 1, "masked"],
      ["C", "boolean", false, "masked"],
      ["X.user", "string", "u", "masked"],
      ["X.d", "string", "e"],
    ]);
    assert.deepEqual((await propertiesIn(properties, ["X.d"])).at(-1), [
      "X.d",
      "string",
      "e",
      "masked",
    ]);
  });

  it("takes a password that begins like a tag", async () => {
    assert.deepEqual(
      await propertiesIn(
        `<Password vt="8">${escaped("<x")}</Password><X vt="8">${escaped(`<c><password>${escaped("<y")}</password></c>`)}</X>`,
      ),
      [
        ["Password", "string", "<x", "masked"],
        ["X.password", "string", "<y", "masked"],
      ],
    );
  });
});

describe("parseBindings: ports", () => {
  it("names transports by port and place, and leaves out those without configuration", async () => {
    const data = (element: string): string =>
      `<${element}>${escaped('<CustomProps><A vt="8">a</A></CustomProps>')}</${element}>`;
    const transport = (element: string): string =>
      `<${element}><TransportType Name="FILE"/>${data("TransportTypeData")}<SendHandler Name="Host"><TransportType Name="FILE"/></SendHandler></${element}>`;
    const file = await parse(
      `<BindingInfo xmlns:xsi="x"><SendPortCollection>
<SendPort Name="A/B">${transport("PrimaryTransport")}${transport("SecondaryTransport")}<ApplicationName>App</ApplicationName></SendPort>
<SendPort Name="Dynamic" IsStatic="false"><PrimaryTransport xsi:nil="true"/><ApplicationName>App</ApplicationName></SendPort>
</SendPortCollection><ReceivePortCollection><ReceivePort Name="R"><ReceiveLocations>
<ReceiveLocation Name="L &amp; M"><ReceiveLocationTransportType Name="HTTP"/>${data("ReceiveLocationTransportTypeData")}<ReceiveHandler Name="Isolated"/></ReceiveLocation>
<ReceiveLocation Name="N"><ReceiveLocationTransportType Name="MSMQ"/><ReceiveLocationTransportTypeData xsi:nil="true"/></ReceiveLocation>
</ReceiveLocations><ApplicationName>Other</ApplicationName></ReceivePort></ReceivePortCollection></BindingInfo>`,
    );
    assert.deepEqual(
      file.transports.map(({ application, adapter, identifier, properties, place }) => [
        application,
        adapter,
        identifier,
        properties.length,
        place.line,
      ]),
      [
        ["App", "FILE", "send-port/A/B/primary", 1, 2],
        ["App", "FILE", "send-port/A/B/secondary", 1, 2],
        ["Other", "HTTP", "receive-location/L & M", 1, 5],
        ["Other", "MSMQ", "receive-location/N", 0, 6],
      ],
    );
    assert.deepEqual(file.handlers, [
      { kind: "send", host: "Host", adapter: "FILE" },
      { kind: "receive", host: "Isolated", adapter: undefined },
    ]);
  });

  it("takes the application of the module where ports name none", async () => {
    const port = sendPort('<A vt="8"/>').replace("<ApplicationName>App</ApplicationName>", "");
    const named = '<ModuleRef Name="[Application:Whole]"/>';
    const { transports } = await parse(bindings(port, named));
    assert.equal(transports[0]?.application, "Whole");
    await refused("malformed", bindings(`¶${port}`), /SendPort Port has no ApplicationName/);
    const two = `${named}<ModuleRef Name="[Application:Second]"/>`;
    await refused("malformed", bindings(`¶${port}`, two), /no ApplicationName/);
  });

  it("finds secrets that stand outside of transports", async () => {
    const before = `<!-- the old password: p1 --><Address>ftp://u:p2@h</Address><Data>${escaped('<Passphrase vt="8">p3</Passphrase>')}</Data><X connection="Password=p4"/><Password/>`;
    const text = bindings(sendPort('<!-- pwd=p5 --><A vt="8"/>'), before);
    const { otherSecrets } = await parse(text);
    const found = otherSecrets.map(({ start, end }) => /p\d/.exec(text.slice(start, end))?.[0]);
    assert.deepEqual(found, ["p1", "p2", "p3", "p4", "p5"]);
  });

  it("pauses between pieces and reports how far it is", async () => {
    const text = bindings(
      Array.from({ length: 900 }, (_, i) => sendPort('<A vt="8"/>', `P${i}`)).join("\n"),
    );
    const done: number[] = [];
    await parseBindings(text, { mask: [], pause: async (units) => void done.push(units) });
    assert.equal(done.at(-1), text.length);
    assert.equal(done.length, Math.ceil(text.length / 65_536));
  });
});

describe("parseBindings: refusals, with the place in the file", () => {
  it("is about binding files", async () => {
    await refused("not-supported", "<!-- c -->\n¶<SSO/>", /not <SSO>/);
    await refused("malformed", "¶", /root/);
  });

  it("tells what is not well-formed at each depth, and no value", async () => {
    await refused(
      "malformed",
      "<BindingInfo>\n<a>¶</BindingInfo>".replace("¶</BindingInfo>", "</BindingInfo¶>"),
      /unmatched|unexpected/,
    );
    await refusedIn(
      "malformed",
      '<A vt="8">s3cr3t</B¶>',
      /^not well-formed XML: [a-z ]+; correct the file$/,
    );
    await refusedIn(
      "malformed",
      `<A vt="8">${escaped("<b>\n<c></b")}¶${escaped(">")}</A>`,
      /not well-formed/,
    );
  });

  it("is about document types and entities at each depth", async () => {
    await refused("not-supported", '¶<!DOCTYPE a [<!ENTITY b "c">]><BindingInfo/>', /DOCTYPE/);
    await refused("not-supported", bindings("<a>¶&b;</a>"), /entities/);
    await refused(
      "not-supported",
      bindings(sendPort("").replace("&lt;C", "¶&lt;!DOCTYPE a&gt;&lt;C")),
      /DOCTYPE/,
    );
    await refusedIn("not-supported", '<A vt="8">¶&b;</A>', /entities/);
    await refusedIn("not-supported", `<A vt="8">\n${escaped("¶<!DOCTYPE a><a/>")}</A>`, /DOCTYPE/);
    await refusedIn(
      "not-supported",
      `<A vt="8">${escaped(`<a><b>\n${escaped("¶<!DOCTYPE a><a/>")}</b></a>`)}</A>`,
      /DOCTYPE/,
    );
    await refusedIn(
      "not-supported",
      `<A vt="8">${escaped(`<a><b>${escaped("<c>¶&d;</c>")}</b></a>`)}</A>`,
      /entities/,
    );
    await refused(
      "not-supported",
      bindings(`<Filter>${escaped("\n¶<!DOCTYPE a><a/>")}</Filter>`),
      /<Filter> holds a document type/,
    );
  });

  it("is about masters of deployment frameworks", async () => {
    await refused(
      "not-supported",
      bindings(
        sendPort("")
          .replace("&lt;CustomProps&gt;", "¶<CustomProps>")
          .replace("&lt;/CustomProps&gt;", "</CustomProps>"),
      ),
      /configuration of send-port\/.+\/primary is not escaped/,
    );
    await refusedIn("not-supported", '<A vt="8">¶<Config/></A>', /value of A holds .* not escaped/);
  });

  it("is about types and names", async () => {
    await refusedIn("not-supported", '¶<A vt="13">x</A>', /property A has an unknown type/);
    await refusedIn("not-supported", "¶<A>x</A>", /property A has no type/);
    await refusedIn("malformed", '¶<A vt="3">x</A>', /value of A is no number/);
    await refusedIn("malformed", '¶<A vt="17">256</A>', /no number/);
    await refusedIn("malformed", '¶<A vt="11">maybe</A>', /no boolean/);
    await refusedIn("malformed", '¶<A vt="1">x</A>', /null/);
    await refusedIn("malformed", '<A vt="8"/>¶<a vt="8"/>', /property a is there twice/);
    await refusedIn("malformed", 'x¶<A vt="8"/>', /text between/);
    await refused(
      "not-supported",
      bindings(sendPort("").replaceAll("CustomProps", "Other").replace("&lt;", "¶&lt;")),
      /not <Other>/,
    );
    const port = sendPort('<A vt="8"/>');
    await refused(
      "malformed",
      bindings(
        `${port}${port.replace("<PrimaryTransport>", "¶<PrimaryTransport>").replace('"Port"', '"PORT"')}`,
      ),
      /send-port\/PORT\/primary is there twice/,
    );
    await refused(
      "malformed",
      bindings(
        port
          .replace('<TransportType Name="FTP"/>', "")
          .replace("<PrimaryTransport>", "¶<PrimaryTransport>"),
      ),
      /does not name its adapter/,
    );
    await refused(
      "malformed",
      bindings(port.replace('<SendPort Name="Port">', "¶<SendPort>")),
      /no Name/,
    );
  });

  it("is about sections and comments where a value is cut out", async () => {
    await refused(
      "not-supported",
      bindings(sendPort("").replace("&lt;C", "¶<![CDATA[ ]]>&lt;C")),
      /CDATA section in <TransportTypeData>/,
    );
    await refusedIn("not-supported", '<A vt="8">x¶<!-- c --></A>', /comment in the value/);
  });

  it("is about what is too deep or too long", async () => {
    await refused("too-large", `<BindingInfo>${"<a>".repeat(63)}¶<a>`, /deeper/);
    await refused(
      "too-large",
      bindings(
        sendPort(`<A vt="8">${"x".repeat(TRANSPORT_DATA_UNITS_MAX)}</A>`).replace(
          "<TransportTypeData>",
          "¶<TransportTypeData>",
        ),
      ),
      /longer/,
    );
    let document = "<a/>";
    for (let depth = 0; depth < 9; depth += 1) {
      document = `<a><b>${escaped(document)}</b></a>`;
    }
    await assert.rejects(
      parse(bindings(sendPort(`<A vt="8">${escaped(document)}</A>`))),
      (error) =>
        error instanceof ImportProblem && error.fault === "too-large" && error.place !== undefined,
    );
  });

  it("is about encodings that the declaration names and the file has not", async () => {
    await refused(
      "not-supported",
      '¶<?xml version="1.0" encoding="iso-8859-1"?><BindingInfo/>',
      /UTF-8/,
    );
    await refused("not-supported", '¶<?xml version="1.1"?><BindingInfo/>', /XML 1.0/);
  });
});
