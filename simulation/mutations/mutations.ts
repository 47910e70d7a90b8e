import type { Mutation } from "./mutation.ts";

const KEYRING = "server/src/domain/keyring";
const FENCE = "server/src/storage/kysely/fence.ts";
const SEEN = "server/src/domain/charter/seen.ts";
const FOLLOWER = "server/src/cluster/follower.ts";

/** The rules on which the simulation insists. */
export const MUTATIONS: readonly Mutation[] = [
  {
    name: "a confirmation counts from after the reply",
    patches: [
      {
        file: FOLLOWER,
        from: `const actions = this.#deps.holder.apply({ kind: "answered", standing: beat, sentAt });`,
        to: `const actions = this.#deps.holder.apply({
      kind: "answered",
      standing: beat,
      sentAt: this.#deps.clock.monotonic(),
    });`,
      },
    ],
    focus: ["a node is frozen while it waits for a confirmation"],
    breaks: "P5",
  },
  {
    name: "a node seals without a confirmation",
    patches: [
      {
        file: `${KEYRING}/keyring-holder.ts`,
        from: `if (this.state() !== "confirmed") {`,
        to: "if (this.state() === undefined) {",
      },
    ],
    focus: [
      "the master secret server is cut off from everyone",
      "two nodes are cut off from each other",
    ],
    breaks: "P5",
  },
  {
    name: "an older keyring is accepted",
    patches: [
      {
        file: SEEN,
        from: "if (charter.serial < seen.charterSerial) {",
        to: "if (charter === seen) {",
      },
      {
        file: SEEN,
        from: "return charter.keyringRevision < seen.keyringRevision",
        to: "return charter === seen",
      },
      {
        file: `${KEYRING}/cached-secret.ts`,
        from: "return incarnation === held.incarnation && revision < held.revision",
        to: "return incarnation === held.incarnation && held === undefined",
      },
    ],
    focus: ["the master secret is rotated", "the database loses its tail"],
    breaks: "P2",
  },
  {
    name: "absence is taken as removal",
    patches: [
      {
        file: `${KEYRING}/open-keyring.ts`,
        from: "if (isKnown(secrets, version.number) || isDestroyed(charter, version.number, checkValue)) {",
        to: "if (isKnown(secrets, version.number) || !isDestroyed(charter, version.number, checkValue)) {",
      },
    ],
    focus: ["the database loses a rotation that one candidate has missed"],
    breaks: "P1",
  },
  {
    name: "a fenced write passes any fence",
    patches: [
      {
        file: FENCE,
        from: `.where("epoch", "=", epoch)
          .where("claim_id", "=", claimId)`,
        to: "",
      },
    ],
    focus: [
      "the master secret server is cut off from the database within a message",
      "the master secret server is frozen at a message to the database",
    ],
    breaks: 'P2: "',
  },
  {
    name: "a fenced write passes any fence of its epoch",
    patches: [
      {
        file: FENCE,
        from: `.where("epoch", "=", epoch)
          .where("claim_id", "=", claimId)`,
        to: `.where("epoch", "=", epoch)`,
      },
    ],
    focus: ["the database loses its last claim"],
    breaks: 'P2: "',
  },
  {
    name: "a lost commit is taken for made",
    patches: [{ file: FENCE, from: "return row !== undefined;", to: "return true;" }],
    focus: [
      "a connection of the master secret server to the database breaks within a change",
      "the charter is changed",
    ],
    breaks: "P6",
  },
];
