/** Makes ESLint rules of the table of house rules: one rule each, so that each has its own gate. */
import type { Linter, Rule, Scope } from "eslint";
import { describedDisable } from "./described-disable.ts";
import { HOUSE_RULES, type HouseRule } from "./house-rules.ts";

export const housePlugin = {
  rules: {
    "described-disable": describedDisable,
    ...Object.fromEntries(HOUSE_RULES.map((rule) => [rule.name, ruleOf(rule)])),
  },
};

/** Turns every house rule on, except where its table row allows what it refuses. */
export function houseConfigs(): Linter.Config[] {
  const gated = HOUSE_RULES.map(({ name, allowed }) => ({
    files: ["**/*.ts"],
    ignores: [...allowed],
    rules: { [`house/${name}`]: "error" as const },
  }));
  const everywhere: Linter.Config = {
    files: ["**/*.ts"],
    plugins: { house: housePlugin },
    rules: { "house/described-disable": "error" },
  };
  return [everywhere, ...gated];
}

function ruleOf(rule: HouseRule): Rule.RuleModule {
  return {
    meta: { type: "problem", schema: [], messages: { instead: rule.instead } },
    create: (context) => ({
      ...(rule.syntax === undefined ? {} : { [rule.syntax]: refuse(context) }),
      ...(rule.globals === undefined ? {} : globalListeners(context, rule.globals)),
      ...(rule.modules === undefined ? {} : moduleListeners(context, rule.modules)),
    }),
  };
}

function refuse(context: Rule.RuleContext) {
  return (node: Rule.Node): void => {
    context.report({ node, messageId: "instead" });
  };
}

function globalListeners(context: Rule.RuleContext, names: readonly string[]): Rule.RuleListener {
  const member = `MemberExpression[object.name='globalThis'][property.name=/^(${names.join("|")})$/]`;
  return {
    [member]: refuse(context),
    "Program:exit"(): void {
      for (const { identifier } of globalUses(context.sourceCode.scopeManager, names)) {
        context.report({ node: identifier, messageId: "instead" });
      }
    },
  };
}

/** References that no declaration of the file explains; a parameter of that name is the remedy. */
function globalUses(scopes: Scope.ScopeManager, names: readonly string[]): Scope.Reference[] {
  const scope = scopes.globalScope;
  const declared = scope?.variables.filter((variable) => variable.defs.length === 0) ?? [];
  const references = [...(scope?.through ?? []), ...declared.flatMap((known) => known.references)];
  return references.filter((reference) => names.includes(reference.identifier.name));
}

function moduleListeners(context: Rule.RuleContext, names: readonly string[]): Rule.RuleListener {
  const source = `[source.value=/^(${names.join("|").replaceAll("/", "\\/")})$/]`;
  return { [`:matches(ImportDeclaration, ImportExpression)${source}`]: refuse(context) };
}
