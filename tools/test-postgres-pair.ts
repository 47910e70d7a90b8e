/**
 * A primary and its synchronous standby for tests: the primary can be killed, the standby promoted,
 * and the old primary started again, which then believes itself to be the primary still.
 */
import postgres from "postgres";
import {
  startPostgres,
  startStandby,
  type PostgresOptions,
  type TestPostgres,
} from "./test-postgres.ts";

type Settings = NonNullable<PostgresOptions["settings"]>;

/** The default of five seconds is how long a promotion would wait for more of the log. */
const RETRY = { wal_retrieve_retry_interval: "100ms" };
const LOOK_MS = 10;

export class PostgresPair {
  #primary: TestPostgres;
  #standby: TestPostgres;
  readonly #settings: Settings;
  #isPromoted = false;

  private constructor(primary: TestPostgres, standby: TestPostgres, settings: Settings) {
    this.#primary = primary;
    this.#standby = standby;
    this.#settings = settings;
  }

  /** `settings`: of both, as in `postgresql.conf`. */
  static async start(settings: Settings = {}): Promise<PostgresPair> {
    const all = { ...RETRY, ...settings };
    const primary = await startPostgres({ settings: all });
    try {
      const standby = await startCopyOf(primary, { settings: all });
      const pair = new PostgresPair(primary, standby, all);
      await pair.requireStandby(true);
      return pair;
    } catch (error) {
      await primary.stop();
      throw error;
    }
  }

  get primary(): TestPostgres {
    return this.#primary;
  }

  get standby(): TestPostgres {
    return this.#standby;
  }

  /** The one that accepts changes: after a promotion the standby. */
  get writable(): TestPostgres {
    return this.#isPromoted ? this.#standby : this.#primary;
  }

  /** Both hosts, for one user and database. */
  get url(): string {
    const { username, password, host, pathname } = new URL(this.primary.url);
    const hosts = [host, new URL(this.standby.url).host];
    return `postgres://${username}:${password}@${hosts.join(",")}${pathname}`;
  }

  /** Whether a commit on the primary waits for the standby. */
  async requireStandby(isRequired: boolean): Promise<void> {
    const names = isRequired ? "*" : "";
    await onServer(this.primary, async (sql) => {
      await sql.unsafe(`alter system set synchronous_standby_names = '${names}'`);
      await sql`select pg_reload_conf()`;
      if (isRequired) {
        await untilSynchronous(sql);
      }
    });
  }

  /** Makes the standby the primary; the other must be dead. */
  async promote(): Promise<void> {
    await onServer(this.standby, (sql) => sql`select pg_promote()`);
    this.#isPromoted = true;
  }

  /** After a promotion: the dead one's place is taken by a new copy, which is the standby then. */
  async replaceDead(): Promise<void> {
    const dead = this.#primary;
    const port = Number(new URL(dead.url).port);
    await dead.stop();
    this.#primary = this.#standby;
    this.#isPromoted = false;
    this.#standby = await startCopyOf(this.#primary, { settings: this.#settings, port });
    await this.requireStandby(true);
  }

  async stop(): Promise<void> {
    await this.standby.stop();
    await this.primary.stop();
  }
}

/** One statement or more on one of the servers, past everything that is tested. */
export async function onServer<T>(
  server: TestPostgres,
  run: (sql: postgres.Sql) => PromiseLike<T>,
  database = "postgres",
): Promise<T> {
  const sql = postgres(server.url, { database, max: 1, onnotice: () => undefined });
  try {
    return await run(sql);
  } finally {
    await sql.end();
  }
}

function startCopyOf(primary: TestPostgres, options: PostgresOptions): Promise<TestPostgres> {
  // Between start and stop, on one connection, the files may be copied while they are written.
  return onServer(primary, (sql) =>
    startStandby(
      primary,
      async (copyFiles) => {
        await sql`select pg_backup_start('copy', true)`;
        copyFiles();
        const [row] = await sql<{ label: string }[]>`
          select labelfile as label from pg_backup_stop(false)`;
        return { label: row?.label ?? "" };
      },
      options,
    ),
  );
}

async function untilSynchronous(sql: postgres.Sql): Promise<void> {
  for (;;) {
    const rows = await sql`select 1 from pg_stat_replication where sync_state = 'sync'`;
    if (rows.length > 0) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
