/** One setting: what it means, what it is unless given, and what it may be. */
export interface Setting {
  readonly meaning: string;
  /** Given as text, however it is written in the file. */
  readonly fallback: string;
  /** Why the text is not a value; undefined if it is. */
  readonly problem: (text: string) => string | undefined;
}

export function wholeNumber(least: number, most: number): Setting["problem"] {
  return (text) =>
    /^\d{1,9}$/.test(text) && Number(text) >= least && Number(text) <= most
      ? undefined
      : `must be a whole number from ${String(least)} to ${String(most)}`;
}

export function oneOfWords(...words: readonly string[]): Setting["problem"] {
  return (text) => (words.includes(text) ? undefined : `must be ${words.join(", ")}`);
}
