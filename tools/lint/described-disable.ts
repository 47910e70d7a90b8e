/**
 * An ESLint rule: a comment that turns a rule off says why, after two dashes. What is turned off
 * without a reason cannot be reviewed, and is never turned on again.
 */
import type { Rule } from "eslint";

const REASON_CHARACTERS_MIN = 10;

export const describedDisable: Rule.RuleModule = {
  meta: { type: "suggestion", schema: [] },
  create: (context) => ({
    Program(): void {
      for (const comment of context.sourceCode.getAllComments()) {
        if (comment.loc !== undefined && comment.loc !== null && turnsOffSilently(comment.value)) {
          context.report({
            loc: comment.loc,
            message: "described-disable: say why, as in `eslint-disable-next-line rule -- reason`",
          });
        }
      }
    },
  }),
};

function turnsOffSilently(comment: string): boolean {
  const [directive = "", reason = ""] = comment.split(/\s--\s/, 2);
  return /^\s*eslint-disable/.test(directive) && reason.trim().length < REASON_CHARACTERS_MIN;
}
