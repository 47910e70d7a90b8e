import type { StoreMutation } from "./mutation.ts";

const STORE = "server/src/storage/kysely/mastership-store.ts";

/**
 * Mistakes in SQL, which the contract notices on the simulated database and on PostgreSQL alike.
 * What comes of each is recorded in `schedules/recorded.txt` too.
 */
export const STORE_MUTATIONS: readonly StoreMutation[] = [
  {
    name: "a fenced write locks for share",
    patches: [
      {
        file: "server/src/storage/kysely/fence.ts",
        from: "(query) => query.forNoKeyUpdate()",
        to: "(query) => query.forShare()",
      },
    ],
    fails: "does fenced writes one at a time",
  },
  {
    name: "the clock is that of the transaction's beginning",
    patches: [
      {
        file: "server/src/storage/postgres/postgres-session.ts",
        from: "extract(epoch from clock_timestamp())",
        to: "extract(epoch from now())",
      },
    ],
    fails: "gives a claim that waited its whole lease, from when it is made",
  },
  {
    name: "fence and lease are read in one joined statement under the lock",
    patches: [
      {
        file: STORE,
        from: `    const locked = await lockFenceAndLease(sql);
      const decision`,
        to: `    const locked = await readFenceAndLease(sql, true);
      const decision`,
      },
      {
        file: STORE,
        from: "async function readFenceAndLease(sql: Sql)",
        to: "async function readFenceAndLease(sql: Sql, isLocking = false)",
      },
      {
        file: STORE,
        from: `      sql.nowMs.as("now_ms"),
    ])`,
        to: `      sql.nowMs.as("now_ms"),
    ])
    .$if(isLocking, (query) => query.forUpdate(["fence"]))`,
      },
    ],
    fails: "shows the second of two claims the fence and lease of the first",
  },
];
