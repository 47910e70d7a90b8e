import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isCoded } from "../../base/coded-error.ts";
import { parsePostgresUrl } from "./postgres-url.ts";

describe("PostgreSQL URL", () => {
  it("gives one URL for each host, each with user and parameters", () => {
    assert.deepEqual(
      parsePostgresUrl("postgres://ada:p%40ss@db1:5432,db2/sso?sslmode=verify-full"),
      {
        urls: [
          "postgres://ada:p%40ss@db1:5432/sso?sslmode=verify-full",
          "postgres://ada:p%40ss@db2/sso?sslmode=verify-full",
        ],
        display: "postgres://db1:5432,db2/sso",
      },
    );
  });

  it("takes a URL without a user", () => {
    const { urls, display } = parsePostgresUrl("postgresql://db1/sso");
    assert.deepEqual([urls, display], [["postgresql://db1/sso"], "postgresql://db1/sso"]);
  });

  it("looks for the server that can be written to itself, whatever the URL asks", () => {
    const texts = [
      ["db1,db2/sso?target_session_attrs=read-write", ""],
      ["db1,db2/sso?target_session_attrs=primary&sslmode=require", "?sslmode=require"],
      ["db1,db2/sso?sslmode=require&target_session_attrs=read-write", "?sslmode=require"],
    ];
    for (const [text, parameters] of texts) {
      assert.deepEqual(parsePostgresUrl(`postgres://${text ?? ""}`).urls, [
        `postgres://db1/sso${parameters ?? ""}`,
        `postgres://db2/sso${parameters ?? ""}`,
      ]);
    }
  });

  for (const text of [
    "postgres://ada:secret@db1/sso?target_session_attrs=standby",
    "mysql://db1/sso",
    "postgres://",
    "postgres://ada:pa/ss@db1/sso",
    "postgres://ada:pa?ss@db1/sso",
    "postgres://ada:secret@/sso",
  ]) {
    it(`refuses ${text} without repeating it`, () => {
      assert.throws(
        () => parsePostgresUrl(text),
        (error) => isCoded(error, "configuration-invalid") && !error.message.includes("ada"),
      );
    });
  }
});
