/** Settings of community tools that people keep in the config store of Enterprise SSO. */
import { ImportProblem } from "../import-problem.ts";
import type { TextPlace } from "../text-place.ts";
import { parseTree, type XmlElement } from "../xml/tree.ts";

/** One setting of a file; the file does not say which are secret. */
export interface Setting {
  readonly name: string;
  readonly value: string;
  readonly place: TextPlace;
}

/**
 * Settings of the BizTalk Deployment Framework: `<settings><property name="…">…</property>`.
 * Throws `ImportProblem`.
 */
export function parseSettings(text: string): readonly Setting[] {
  const root = rootOf(text, "settings");
  return distinct(root.children.map((child) => settingOf(child, "property", "name", child.text)));
}

/**
 * The opened contents of a `.sso` file of the SSO Configuration Application Snap-In:
 * `<SSOApplicationExport><applicationData><add key="…" value="…"/>`. Throws `ImportProblem`.
 */
export function parseSsoExport(text: string): readonly Setting[] {
  const root = rootOf(text, "SSOApplicationExport");
  const data = root.children.filter(({ name }) => name.toLowerCase() === "applicationdata");
  const foreign = root.children.find((child) => !data.includes(child));
  if (foreign !== undefined || data.length !== 1) {
    const place = foreign?.place ?? root.place;
    throw new ImportProblem(
      "not-supported",
      "one <applicationData> is expected, and nothing else",
      place,
    );
  }
  return distinct(
    data.flatMap(({ children }) =>
      children.map((child) => settingOf(child, "add", "key", child.attributes["value"])),
    ),
  );
}

function rootOf(text: string, expected: string): XmlElement {
  const root = parseTree(text);
  if (root.name.toLowerCase() !== expected.toLowerCase()) {
    throw new ImportProblem(
      "not-supported",
      `<${expected}> is expected, not <${root.name}>`,
      root.place,
    );
  }
  return root;
}

function settingOf(
  element: XmlElement,
  expected: string,
  nameAttribute: string,
  value: string | undefined,
): Setting {
  const name = element.attributes[nameAttribute] ?? "";
  if (element.name.toLowerCase() !== expected || element.children.length > 0) {
    throw new ImportProblem(
      "not-supported",
      `<${expected}> without elements in it is expected`,
      element.place,
    );
  }
  if (name === "" || value === undefined) {
    throw new ImportProblem(
      "malformed",
      `<${expected}> has no ${name === "" ? nameAttribute : "value"}`,
      element.place,
    );
  }
  return { name, value, place: element.place };
}

function distinct(settings: readonly Setting[]): readonly Setting[] {
  const taken = new Set<string>();
  for (const { name, place } of settings) {
    if (taken.has(name.toLowerCase())) {
      throw new ImportProblem(
        "malformed",
        `the setting ${name} is there twice, also if only in other case; keep one of them`,
        place,
      );
    }
    taken.add(name.toLowerCase());
  }
  return settings;
}
