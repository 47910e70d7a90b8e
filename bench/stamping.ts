/** What stands between a row and its use: the stamp, and the field list it is made over. */
import { createHmac } from "node:crypto";
import {
  encodeFields,
  optionalField,
  stampRow,
  type StampedRow,
  text,
  u32,
  verifyStamp,
} from "@chatelaine/crypto";
import { systemRandom } from "../packages/server/src/platform/random.ts";
import { compare, type Comparison, type Contender } from "./compare.ts";
import { BenchSecret, newRawKey } from "./sealed-samples.ts";

const OPTIONS = { time: "processor", rounds: 15, roundMs: 40 } as const;

/** Of the size of an affiliate application's. */
const ROW: StampedRow = {
  table: "application",
  revision: systemRandom.bytes(16),
  primaryKey: [text("app_aaaaaaaaaaaaaaaa")],
  columns: [text("Orders"), text("config-store"), u32(0), optionalField(text("ssoadmins"))],
};

export async function measureStamping(): Promise<readonly Comparison[]> {
  const ring = new BenchSecret().newKeyring();
  const stamp = stampRow(ring, ROW);
  const key = newRawKey();
  const bytes = encodeFields(...ROW.primaryKey, ...ROW.columns, systemRandom.bytes(100));
  const contenders = [
    repeated("raw HMAC-SHA-256", () => createHmac("sha256", key).update(bytes).digest()),
    repeated("stampRow", () => stampRow(ring, ROW)),
    repeated("verifyStamp", () => {
      verifyStamp(ring, ROW, stamp);
    }),
    repeated("encodeFields, four fields", () => encodeFields(...ROW.columns)),
  ];
  return [await compare("stamp of one row", contenders, OPTIONS)];
}

function repeated(name: string, work: () => unknown): Contender {
  const kept: { last?: unknown } = {};
  return {
    name,
    run: (count) => {
      for (let done = 0; done < count; done += 1) {
        kept.last = work();
      }
    },
  };
}
