/**
 * A primary and its synchronous standby for tests: the primary can be killed, the standby promoted,
 * and the old primary started again, which then believes itself to be the primary still.
 */
import postgres from "postgres";
import { startPostgres, startStandby, type TestPostgres } from "./test-postgres.ts";

/** The default of five seconds is how long a promotion would wait for more of the log. */
const RETRY = { wal_retrieve_retry_interval: "100ms" };
const LOOK_MS = 10;

export class PostgresPair {
  readonly primary: TestPostgres;
  readonly standby: TestPostgres;

  private constructor(primary: TestPostgres, standby: TestPostgres) {
    this.primary = primary;
    this.standby = standby;
  }

  static async start(): Promise<PostgresPair> {
    const primary = await startPostgres({ settings: RETRY });
    try {
      const standby = await startCopyOf(primary);
      const pair = new PostgresPair(primary, standby);
      await pair.requireStandby(true);
      return pair;
    } catch (error) {
      await primary.stop();
      throw error;
    }
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

function startCopyOf(primary: TestPostgres): Promise<TestPostgres> {
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
      { settings: RETRY },
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
