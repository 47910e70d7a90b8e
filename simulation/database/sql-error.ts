/** An answer of the server that refuses, with its SQLSTATE (PostgreSQL documentation, appendix A). */
export class SqlError extends Error {
  readonly state: string;

  constructor(state: string, message: string) {
    super(message);
    this.name = "SqlError";
    this.state = state;
  }
}

/** What this server does not know of the language. Loud, because a guess would prove nothing. */
export function unsupported(what: string): SqlError {
  return new SqlError("0A000", `the simulated database does not know ${what}`);
}
