/**
 * Typed rules for everything written in TypeScript, and the house rules of
 * `tools/lint/house-rules.ts`. A rule is an error or is off; there are no warnings.
 */
import { globSync } from "node:fs";
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";
import { houseConfigs } from "./tools/lint/house-plugin.ts";

const LINES_PER_FILE_MAX = 400;
const LINES_PER_FUNCTION_MAX = 60;
const countedLines = { skipBlankLines: true, skipComments: true };

export default defineConfig(
  {
    ignores: [
      "**/node_modules/",
      "**/dist/",
      "data/",
      "data-cluster/",
      "trial-backup/",
      "**/*.{js,mjs}",
    ],
  },
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked],
    linterOptions: { reportUnusedDisableDirectives: "error" },
    languageOptions: {
      parserOptions: {
        project: globSync("{packages/*,tools,test,bench,simulation}/tsconfig{,.test}.json", {
          cwd: import.meta.dirname,
        }),
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      curly: "error",
      eqeqeq: "error",
      "max-lines": ["error", { max: LINES_PER_FILE_MAX, ...countedLines }],
      "max-lines-per-function": ["error", { max: LINES_PER_FUNCTION_MAX, ...countedLines }],
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: false, requireDefaultForNonUnion: true },
      ],
      "@typescript-eslint/no-floating-promises": [
        "error",
        {
          // The runner awaits what these return.
          allowForKnownSafeCalls: [
            { from: "package", package: "node:test", name: ["describe", "it", "test", "suite"] },
          ],
        },
      ],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/no-unnecessary-condition": [
        "error",
        { allowConstantLoopConditions: "only-allowed-literals" },
      ],
      // A port is asynchronous also where one database answers at once; `async` keeps its
      // failures rejections.
      "@typescript-eslint/require-await": "off",
    },
  },
  {
    // A suite is one function around its tests.
    files: ["**/*.test.ts", "**/test/**/*.ts", "**/contract/**/*.ts"],
    rules: { "max-lines-per-function": "off" },
  },
  ...houseConfigs(),
);
