import type { SeededRandom } from "../engine/seeded-random.ts";
import type { Step } from "./schedule.ts";

const SESSIONS = ["a", "b", "c"] as const;
const STEPS = 24;

/** Small tables as the stores have them. */
export const SETUP: readonly string[] = [
  "create table fence (singleton bigint primary key, epoch bigint not null)",
  "create table lease (singleton bigint primary key, epoch bigint not null, until bigint not null)",
  "create table version (number bigint primary key, state text not null)",
  "create unique index version_primary on version (state) where state = 'primary'",
  "create table item (id bigint primary key, revision bigint not null, version bigint not null references version)",
  "create table note (id bigint primary key, item bigint not null references item on delete cascade)",
  "insert into fence values (1, 1)",
  "insert into lease values (1, 1, 100)",
  "insert into version values (1, 'primary'), (2, 'prepared'), (3, 'retired')",
  "insert into item values (1, 1, 1), (2, 1, 1), (3, 1, 3)",
  "insert into note values (1, 1), (2, 3)",
];

type Make = (random: SeededRandom) => string;

const id = (random: SeededRandom): string => String(1 + random.below(4));

/** Statements as the stores have them, over small tables so that sessions meet. */
const STATEMENTS: readonly [Make, ...Make[]] = [
  () => "select epoch from fence for update",
  () => "select epoch from fence for no key update",
  () => "select epoch from fence for share",
  (random) => `select epoch from fence where epoch = ${id(random)} for no key update`,
  (random) =>
    `with passed as (select epoch from fence where epoch = ${id(random)} for no key update) insert into note select 4, passed.epoch from passed on conflict (id) do nothing`,
  () => "update fence set epoch = epoch + 1",
  () => "select epoch, until from lease for update",
  () => "update lease set until = until + 100 where epoch = 1",
  () => "update lease set epoch = epoch + 1, until = 0",
  () =>
    "select fence.epoch, lease.epoch, lease.until from fence inner join lease on lease.singleton = fence.singleton for update of fence",
  () => "select fence.epoch, lease.until from fence, lease",
  (random) => `select id, revision, version from item where id = ${id(random)} for update`,
  (random) => `select id, revision from item where id = ${id(random)} for key share`,
  () => "select id, revision, version from item order by id",
  () => "select id from note order by id",
  (random) => `update item set revision = revision + 1 where id = ${id(random)}`,
  (random) => `update item set revision = 2 where id = ${id(random)} and revision = 1`,
  (random) =>
    `update item set revision = revision + 10 where id = ${id(random)} and exists (select number from version where number = 1 and state = 'primary')`,
  (random) =>
    `insert into item select ${id(random)}, 1, number from version where state = 'primary' on conflict (id) do nothing`,
  (random) =>
    `insert into item values (${id(random)}, 5, ${id(random)}) on conflict (id) do update set revision = item.revision + excluded.revision`,
  (random) => `insert into item values (${id(random)}, 7, 1)`,
  (random) =>
    `insert into note select 3, item.id from item where item.id = ${id(random)} for key share of item on conflict (id) do nothing`,
  (random) => `delete from item where id = ${id(random)}`,
  (random) => `delete from note where item = ${id(random)}`,
  () =>
    "delete from note where id in (select id from note order by id limit 1 for update skip locked)",
  (random) => `delete from version where number = ${id(random)}`,
  () => "update version set state = 'retired' where state = 'primary'",
  (random) => `update version set state = 'primary' where number = ${id(random)}`,
];

/** Steps of sessions that begin, do things to the same few rows, and end. */
export function randomSchedule(random: SeededRandom): readonly Step[] {
  const open = new Set<string>();
  const steps: Step[] = SETUP.map((sql) => ({ kind: "statement", session: "a", sql }));
  for (let step = 0; step < STEPS; step += 1) {
    const session = random.pick(SESSIONS);
    steps.push({ kind: "statement", session, sql: nextStatement(random, session, open) });
  }
  for (const session of [...SESSIONS, ...SESSIONS]) {
    steps.push({ kind: "statement", session, sql: "commit" });
  }
  const look = "select id, revision, version from item order by id";
  return [...steps, { kind: "statement", session: "a", sql: look }];
}

function nextStatement(random: SeededRandom, session: string, open: Set<string>): string {
  if (!open.has(session)) {
    open.add(session);
    return random.happens(0.15)
      ? "begin isolation level repeatable read read only"
      : "begin isolation level read committed";
  }
  if (random.happens(0.25)) {
    open.delete(session);
    return random.happens(0.7) ? "commit" : "rollback";
  }
  return randomStatement(random);
}

/** One statement, by itself. */
export function randomStatement(random: SeededRandom): string {
  return random.pick(STATEMENTS)(random);
}
