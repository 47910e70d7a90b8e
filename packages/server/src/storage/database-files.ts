/** What storage needs of the file system; the platform implements it, because files have one gate. */
export interface DatabaseFiles {
  exists(path: string): Promise<boolean>;
  /**
   * Makes an empty file of mode 0600 that did not exist before, and makes its directory entry
   * durable. False if there is a file of that name; then nothing is changed, or even opened.
   */
  createPrivate(path: string): Promise<boolean>;
  /** Removes the file; nothing happens if there is none. */
  remove(path: string): Promise<void>;
  /** The text of a small file, or undefined if it cannot be read for whatever reason. */
  readText(path: string): Promise<string | undefined>;
}
