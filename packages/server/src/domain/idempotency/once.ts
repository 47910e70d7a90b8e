import {
  REQUEST_HASH_BYTES,
  encodeFields,
  hashRequest,
  isHashOfRequest,
  text,
  type Keyring,
} from "@chatelaine/crypto";
import { CodedError } from "../../base/coded-error.ts";
import { plusMs, type Clock } from "../../platform/clock.ts";
import type { Caller } from "../access/caller.ts";
import type { Writes } from "../transaction/transactions.ts";
import type { IdempotencyRow, IdempotencyStore } from "./idempotency-store.ts";

/** A write that its caller may send again: the key, and the bytes that say what is asked. */
export interface Repeatable {
  readonly key: string;
  readonly request: Uint8Array;
}

export interface OnceStores {
  readonly idempotency: IdempotencyStore;
}

export interface OnceDeps<Stores extends OnceStores> {
  readonly database: Writes<Stores>;
  readonly ring: Keyring;
  readonly clock: Clock;
}

/** How long a key is remembered. */
const REMEMBERED_MS = 24 * 3_600_000;
const PRUNED_MAX = 20;
const ATTEMPTS_MAX = 3;
const STATUS_DONE = 200;

/**
 * Runs `run` in a transaction, once for each key of a caller: a repetition gets the first answer.
 * The answer must hold no secret, because it is kept. Throws `idempotency-key-reused` for the same
 * key with another request.
 */
export async function once<Stores extends OnceStores, Answer>(
  deps: OnceDeps<Stores>,
  caller: Caller,
  repeatable: Repeatable | undefined,
  run: (stores: Stores) => Promise<Answer>,
): Promise<Answer> {
  if (repeatable === undefined) {
    return deps.database.write(run);
  }
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await deps.database.write((stores) => runOnce(deps, stores, caller, repeatable, run));
    } catch (error) {
      if (!(error instanceof KeyTaken) || attempt === ATTEMPTS_MAX) {
        throw error;
      }
    }
  }
}

/** The same key was used by a transaction that committed meanwhile: its answer is there now. */
class KeyTaken extends CodedError {
  constructor() {
    super("idempotency-key-reused");
  }
}

async function runOnce<Stores extends OnceStores, Answer>(
  deps: OnceDeps<Stores>,
  stores: Stores,
  caller: Caller,
  { key, request }: Repeatable,
  run: (stores: Stores) => Promise<Answer>,
): Promise<Answer> {
  const known = await stores.idempotency.findAndLock(caller.name, key);
  if (known !== undefined) {
    return answerOf(deps.ring, caller, known, { key, request }) as Answer;
  }
  const answer = await run(stores);
  const createdAtMs = deps.clock.wallTime();
  const answerText = JSON.stringify(answer);
  const row: IdempotencyRow = {
    caller: caller.name,
    key,
    requestHash: hashRequest(deps.ring, hashed(caller, { key, request }, answerText)),
    status: STATUS_DONE,
    answer: answerText,
    createdAtMs,
  };
  if (!(await stores.idempotency.add(row))) {
    throw new KeyTaken(); // rolls back what `run` did
  }
  await stores.idempotency.prune(plusMs(createdAtMs, -REMEMBERED_MS), PRUNED_MAX);
  return answer;
}

/** The answer is under the hash too: nobody who writes the database can put another in its place. */
function hashed(caller: Caller, { key, request }: Repeatable, answer: string): Uint8Array {
  return encodeFields(text(caller.name), text(key), request, text(answer));
}

function answerOf(
  ring: Keyring,
  caller: Caller,
  known: IdempotencyRow,
  repeatable: Repeatable,
): unknown {
  // The database may have been edited: what has another length is no hash of ours.
  const isSame =
    known.requestHash.length === REQUEST_HASH_BYTES &&
    isHashOfRequest(ring, hashed(caller, repeatable, known.answer), known.requestHash);
  if (!isSame) {
    throw new CodedError("idempotency-key-reused", {
      detail: "this Idempotency-Key was sent with another request; take a new key for each",
    });
  }
  return JSON.parse(known.answer) as unknown;
}
