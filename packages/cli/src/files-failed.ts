/** Files of which one or more were not imported; each failure has been reported already. */
export class FilesFailed extends Error {
  override readonly name = "FilesFailed";
  readonly exitCode: number;

  /** The message is empty where nothing is left to say. */
  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}
