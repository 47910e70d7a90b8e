import type { Mutation } from "./mutation.ts";

const KEYRING = "server/src/domain/keyring";
const FENCE = "server/src/storage/kysely/fence.ts";
const SEEN = "server/src/domain/charter/seen.ts";
const FOLLOWER = "server/src/cluster/follower.ts";

const LOOP = "server/src/cluster/mastership-loop.ts";
const PROOF = "server/src/domain/mastership/proof-of-death.ts";

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
  {
    name: "a lost commit is looked for without its lock",
    patches: [{ file: FENCE, from: "  await lockFence(sql);\n", to: "" }],
    focus: ["a commit of the master secret server lands late"],
    breaks: "P6",
  },
  {
    name: "a renewal counts from after the reply",
    patches: [
      {
        file: LOOP,
        from: 'this.#apply(isRenewed ? { kind: "renewed", id, sentAt }',
        to: 'this.#apply(isRenewed ? { kind: "renewed", id, sentAt: this.#deps.clock.monotonic() }',
      },
    ],
    focus: ["the master secret server is frozen at a message to the database"],
    breaks: "P5",
  },
  {
    name: "a proof of death is a bare flag",
    patches: [
      {
        file: PROOF,
        from: "proof === undefined || !isSameMastership(proof.of, read.fence)",
        to: "proof === undefined",
      },
      {
        file: PROOF,
        from: "return { ...state, current, proof: undefined };",
        to: "return { ...state, current };",
      },
      {
        file: "server/src/domain/mastership/claim-rule.ts",
        from: "const isOfHolder = isSameMastership(proof.of, fence);",
        to: "const isOfHolder = proof !== undefined && fence !== undefined;",
      },
      {
        file: "server/src/domain/mastership/mastership.ts",
        from: "event.proof !== undefined && isSameMastership(event.proof.of, fence)",
        to: "event.proof !== undefined",
      },
      {
        file: PROOF,
        from: "proof === undefined || proof.expiresAtMs === lease.expiresAtMs",
        to: "proof === undefined || proof.of !== undefined",
      },
    ],
    focus: ["a node is killed and started again"],
    breaks: "bounds: the role was taken",
  },
];
