import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { BINDING_FILE_BYTES_MAX, SETTINGS_FILE_BYTES_MAX } from "@chatelaine/biztalk";
import {
  BINDINGS_BODY_BYTES_MAX,
  IMPORT_BODY_BYTES_MAX,
  ROUTES,
  type RouteSpec,
} from "@chatelaine/protocol";

/** What the JSON part of an import has at most: some names, and 100 masks. */
const PARAMETERS_BYTES_MAX = 256 * 1024;

describe("limits of bodies", () => {
  it("let through the longest file that can be imported", () => {
    assert.ok(BINDINGS_BODY_BYTES_MAX >= BINDING_FILE_BYTES_MAX + PARAMETERS_BYTES_MAX);
    assert.ok(IMPORT_BODY_BYTES_MAX >= SETTINGS_FILE_BYTES_MAX + PARAMETERS_BYTES_MAX);
  });

  it("are raised for imports alone", () => {
    const raised = Object.entries<RouteSpec>(ROUTES).filter(([, spec]) => spec.bodyBytesMax);
    assert.deepEqual(
      raised.map(([id, { bodyBytesMax }]) => [id, bodyBytesMax]),
      [
        ["bindings.import", BINDINGS_BODY_BYTES_MAX],
        ["application.import", IMPORT_BODY_BYTES_MAX],
        ["config.import", IMPORT_BODY_BYTES_MAX],
      ],
    );
  });
});
