/** What a file may need of a server; each refusal names its limit. */

/**
 * The longest binding file, in bytes. Ten thousand ports of FTP have 32 to 42 MiB. Reading takes up
 * to five times the length of the file in memory beside its text, and seconds.
 */
export const BINDING_FILE_BYTES_MAX = 64 * 1024 * 1024;

/** The longest file of applications or settings, in bytes. */
export const SETTINGS_FILE_BYTES_MAX = 8 * 1024 * 1024;

/** The longest configuration of one transport as it stands in the file, in UTF-16 units. */
export const TRANSPORT_DATA_UNITS_MAX = 1024 * 1024;

/** How deep elements may lie in one document. */
export const ELEMENT_DEPTH_MAX = 64;

/** How often documents may lie escaped in each other, the file being the first. */
export const DOCUMENT_DEPTH_MAX = 8;
