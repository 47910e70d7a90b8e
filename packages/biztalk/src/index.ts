/** The public face of the package. */

// Text of a file, and why one is refused.
export { ImportProblem, type ImportFault } from "./import-problem.ts";
export { decodeText, encodeText, type SourceText, type TextEncodingName } from "./source-text.ts";
export type { TextPlace } from "./text-place.ts";
export {
  BINDING_FILE_BYTES_MAX,
  DOCUMENT_DEPTH_MAX,
  ELEMENT_DEPTH_MAX,
  SETTINGS_FILE_BYTES_MAX,
  TRANSPORT_DATA_UNITS_MAX,
} from "./limits.ts";

// Binding files.
export type {
  BindingFile,
  HandlerReference,
  Property,
  PropertyType,
  Slot,
  SlotForm,
  TextReading,
  Transport,
} from "./bindings/binding-file.ts";
export { parseBindings, type ParseOptions } from "./bindings/parse-bindings.ts";
export { SECRET_PROPERTY_NAMES } from "./bindings/secret-names.ts";
export { maskBindings, spliceBindings, type SlotEdit } from "./bindings/splice-bindings.ts";

// Files of ssomanage, and settings of community tools.
export {
  APPLICATION_DOCUMENT_FLAGS,
  type ApplicationDocument,
  type ApplicationDocumentField,
  type ApplicationDocumentFlag,
  type ApplicationDocumentType,
} from "./enterprise-sso/application-document.ts";
export { parseApplications } from "./enterprise-sso/parse-applications.ts";
export { parseSettings, parseSsoExport, type Setting } from "./settings/parse-settings.ts";
