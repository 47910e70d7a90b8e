import {
  SETTINGS_FILE_BYTES_MAX,
  decodeText,
  parseSettings,
  parseSsoExport,
  type Setting,
} from "@chatelaine/biztalk";
import { CryptoError, foldName, openSsoExport, type SecretBytes } from "@chatelaine/crypto";
import { FIELDS_MAX, FIELD_NAME_MAX, LINE_PATTERN, VALUE_LENGTH_MAX } from "@chatelaine/protocol";
import { CodedError } from "../../base/coded-error.ts";
import { importError, reading } from "../import-file/import-problems.ts";

/** A file with settings: XML in clear, or a `.sso` export under a password. */
export interface SettingsFile {
  /** As its user named it. */
  readonly file: string;
  readonly bytes: Uint8Array;
  /** Empty: the file is in clear. */
  readonly password: SecretBytes;
}

const LINE = new RegExp(LINE_PATTERN, "u");
const LESS_THAN = 0x3c;

/**
 * The settings of the file, each of a name that a field can have, none twice. Throws
 * `import-invalid`, `import-not-supported`, `import-too-large`, `import-wrong-password`.
 */
export async function parseSettingsFile(settingsFile: SettingsFile): Promise<readonly Setting[]> {
  const { file, bytes } = settingsFile;
  if (bytes.length > SETTINGS_FILE_BYTES_MAX) {
    const limit = String(SETTINGS_FILE_BYTES_MAX);
    throw importError("import-too-large", file, undefined, `more than ${limit} bytes`);
  }
  const settings = await reading(file, () => read(settingsFile));
  assertFit(file, settings);
  return settings;
}

function read({ file, bytes, password }: SettingsFile): readonly Setting[] {
  if (password.length > 0) {
    using opened = openExport(bytes, password);
    return opened.use((clear) => parseSsoExport(decodeText(clear).text));
  }
  if (!bytes.includes(LESS_THAN)) {
    throw importError(
      "import-wrong-password",
      file,
      undefined,
      "this is no XML; if it is a `.sso` export, give its password",
    );
  }
  return parseSettings(decodeText(bytes).text);
}

/** Whatever went wrong inside is one failure: the format has no way to tell a wrong password. */
function openExport(bytes: Uint8Array, password: SecretBytes): SecretBytes {
  try {
    return openSsoExport(bytes, password);
  } catch (cause) {
    if (cause instanceof CryptoError) {
      throw new CodedError("import-wrong-password", {
        detail: "the file does not open with this password, or is no `.sso` export",
        cause,
      });
    }
    throw cause;
  }
}

function assertFit(file: string, settings: readonly Setting[]): void {
  if (settings.length > FIELDS_MAX) {
    const limit = String(FIELDS_MAX);
    throw importError(
      "import-too-large",
      file,
      settings[FIELDS_MAX]?.place,
      `more than ${limit} settings, and an application has at most ${limit} fields`,
    );
  }
  const names = new Set<string>();
  for (const { name, value, place } of settings) {
    if (name.length > FIELD_NAME_MAX || value.length > VALUE_LENGTH_MAX) {
      const [what, max] =
        name.length > FIELD_NAME_MAX ? ["a name", FIELD_NAME_MAX] : [name, VALUE_LENGTH_MAX];
      const message = `${what} has more than ${String(max)} characters`;
      throw importError("import-too-large", file, place, message);
    }
    if (!LINE.test(name) || names.has(foldName(name))) {
      const message = names.has(foldName(name))
        ? `${name} is there twice`
        : "the name of a setting is empty or holds a control character";
      throw importError("import-invalid", file, place, message);
    }
    names.add(foldName(name));
  }
}
