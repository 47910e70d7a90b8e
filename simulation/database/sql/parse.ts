import { parseDefinition } from "./parse-definition.ts";
import { parseChange, parseNamed, parseSelect } from "./parse-query.ts";
import type { Control, Statement } from "./syntax.ts";
import { TokenReader } from "./token-reader.ts";

/** The statements of a text, which semicolons part. Throws 42601 and 0A000. */
export function parseStatements(sql: string): readonly Statement[] {
  const tokens = new TokenReader(sql);
  const statements: Statement[] = [];
  while (!tokens.isAtEnd()) {
    if (tokens.takesSign(";") === undefined) {
      statements.push(parseStatement(tokens));
      if (!tokens.isAtEnd() && !tokens.seesSign(";")) {
        tokens.next();
        tokens.fail();
      }
    }
  }
  return statements;
}

function parseStatement(tokens: TokenReader): Statement {
  tokens.named.clear();
  if (tokens.takes("with")) {
    parseNamed(tokens);
  }
  if (tokens.sees("select")) {
    return parseSelect(tokens);
  }
  const statement = parseControl(tokens) ?? parseChange(tokens) ?? parseDefinition(tokens);
  if (statement === undefined) {
    tokens.next();
    tokens.fail();
  }
  return statement;
}

function parseControl(tokens: TokenReader): Control | undefined {
  switch (tokens.takesOne("begin", "set local", "commit", "rollback")) {
    case "begin": {
      const isSnapshot = tokens.takes("isolation", "level", "repeatable", "read", "read", "only");
      tokens.takes("isolation", "level", "read", "committed");
      return { kind: "begin", isSnapshot };
    }
    case "set local": {
      const name = tokens.name();
      tokens.expectSign("=");
      return { kind: "set", name, value: tokens.text() };
    }
    case "commit":
      return { kind: "commit" };
    case "rollback":
      return { kind: "rollback" };
    case undefined:
      return undefined;
  }
}
