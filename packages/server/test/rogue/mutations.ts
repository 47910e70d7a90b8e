import { CRYPTO, DOMAIN, type Mutation, STORED } from "./mutation.ts";
import { stampedColumns, stamps } from "./stamp-mutations.ts";

/** Every check on which the rogue database suite insists. */
export const MUTATIONS: readonly Mutation[] = [
  ...stamps(),
  ...stampedColumns(),
  ...statements(),
  ...invitations(),
  ...keyrings(),
  ...values(),
  ...bindings(),
  ...masterships(),
  ...requests(),
];

/** Not a check taken out, but a column that the suite has not heard of. */
export const UNLISTED_COLUMN: Mutation = {
  name: "a column that no entry speaks of",
  file: "server/src/storage/migrations/0001-foundation.ts",
  from: "warrant text not null\n    ) strict, without rowid`",
  to: "warrant text not null,\n      unlisted text\n    ) strict, without rowid`",
  caughtBy: "has an entry for every table and column",
};

function statements(): readonly Mutation[] {
  const trust = `${DOMAIN}/charter/trust.ts`;
  const signature = {
    file: `${CRYPTO}/signed-note.ts`,
    from: "!verifyEd25519(key, text(signedText), signature) || ",
    to: "",
  };
  return [
    { name: "a charter needs no signature", ...signature, caughtBy: "charter.note, edited" },
    { name: "a warrant needs no signature", ...signature, caughtBy: "node.warrant, edited" },
    {
      name: "another node's warrant will do",
      file: trust,
      from: "isWarrantOf(opened, self) ? opened : undefined",
      to: "opened",
      caughtBy: "node.warrant, swapped",
    },
    {
      name: "a revoked node is not refused",
      file: trust,
      from: "!charter.revokedNodes.includes(self.nodeId)",
      to: "true",
      caughtBy: "the row of a revoked node put back",
    },
    {
      name: "a revoked warrant is not refused",
      file: trust,
      from: "row === undefined || !charter.revokedWarrants.includes(warrantId(row.warrant))",
      to: "true",
      caughtBy: "a revoked warrant put back",
    },
    {
      name: "an older charter is followed by a running node",
      file: trust,
      from: "if (difference !== undefined) {",
      to: "if (false) {",
      caughtBy: "running: restores no keyring by an older charter",
    },
    {
      name: "an older charter is followed at start",
      file: `${DOMAIN}/keyring/cached-secret.ts`,
      from: "const difference = behind(state.seen, charter);",
      to: "const difference = undefined;",
      caughtBy: "the whole database put back",
    },
    {
      name: "the role is claimed in a database that went back",
      file: "server/src/cluster/sso-service.ts",
      from: "isCandidate && behind === undefined",
      to: "isCandidate",
      caughtBy: "the whole database put back",
    },
    {
      name: "the database of another system is opened",
      file: `${DOMAIN}/system/open-node.ts`,
      from: "system?.systemId !== deps.self.systemId",
      to: "system === undefined",
      caughtBy: "system.system_id, edited",
    },
  ];
}

function invitations(): readonly Mutation[] {
  return [
    {
      name: "an invitation needs no signature",
      file: `${CRYPTO}/signed-note.ts`,
      from: "!verifyEd25519(key, text(signedText), signature) || ",
      to: "",
      caughtBy: "invitation.note, edited",
    },
    {
      name: "another node's invitation will do",
      file: `${DOMAIN}/charter/trust.ts`,
      from: "invitation?.nodeId !== nodeId",
      to: "invitation === undefined",
      caughtBy: "invitation.note, swapped",
    },
    {
      name: "a node that joined by an invitation is not looked for",
      file: `${DOMAIN}/membership/admit-node.ts`,
      from: "if (earlier !== undefined) {",
      to: "if (false) {",
      caughtBy: "invitation.redeemed_at_ms, swapped",
    },
  ];
}

function keyrings(): readonly Mutation[] {
  const condition = `${STORED}/primary-version.ts`;
  const statements = `${STORED}/config-item-statements.ts`;
  const check = { from: "if (!isKeyringOfCandidate(secrets, charter)) {", to: "if (false) {" };
  return [
    {
      name: "a keyring is taken as it opens",
      file: `${DOMAIN}/system/open-node.ts`,
      ...check,
      caughtBy: "sealed_keyring.sealed, forged",
    },
    {
      name: "a keyring is backed up as it opens",
      file: `${DOMAIN}/master-secret/backup-master-secret.ts`,
      ...check,
      caughtBy: "running: backs up no keyring",
    },
    {
      name: "versions are compared by number alone when the database takes a value",
      file: condition,
      from: '      eb("version.check_value", "=", checkValue),\n',
      to: "",
      caughtBy: "version.check_value, forged",
    },
    {
      name: "a value may be under a version that is not primary",
      file: condition,
      from: '      eb("version.state", "=", "primary"),\n',
      to: "",
      caughtBy: "version.state, edited",
    },
    {
      name: "a new value may be under any version",
      file: statements,
      from: "          .where(isPrimary(version, checkValue))\n",
      to: '          .where("version.number", "=", version)\n',
      caughtBy: "version.state, edited",
    },
    {
      name: "a replaced value may be under any version",
      file: statements,
      from: 'when.selectFrom("version").select("number").where(isPrimary(version, checkValue))',
      to: 'when.selectFrom("version").select("number").where("number", "=", version)',
      caughtBy: "version.state, edited",
    },
  ];
}

function bindings(): readonly Mutation[] {
  const file = `${DOMAIN}/bindings/sealed-file.ts`;
  return [
    {
      name: "a binding file may be shorter than its manifest says",
      file,
      from: "if (filled !== bytes || !equalBytes(sha256(whole), fromHex(hash))) {",
      to: "if (false) {",
      caughtBy: "binding_file_chunk, a row deleted",
    },
  ];
}

function values(): readonly Mutation[] {
  const unbound = (what: string, without: string, caughtBy: string): Mutation => ({
    name: `a value is not bound to its ${what}`,
    file: `${CRYPTO}/associated-data.ts`,
    from: "of(place: Place): Uint8Array {",
    to: `of(given: Place): Uint8Array { const place = { ...given, ${without} };`,
    caughtBy,
  });
  return [
    {
      name: "a value is not bound to its application",
      file: `${DOMAIN}/config-item/config-item.ts`,
      from: "applicationId: application.applicationId,",
      to: 'applicationId: "app_everybodys",',
      caughtBy: "config_item.application_id, swapped",
    },
    unbound("identifier", "naturalKey: []", "config_item.identifier, swapped"),
    unbound("revision", "revision: new Uint8Array()", "config_item.revision, edited"),
    unbound("kind", 'kind: ""', "a value of another kind"),
    {
      name: "a value's own generation is believed",
      file: `${CRYPTO}/sealed-value.ts`,
      from: "generation !== context.generation || ",
      to: "",
      caughtBy: "items put back from before the generation was raised",
    },
  ];
}

function requests(): readonly Mutation[] {
  return [
    {
      name: "a repetition is not compared with what was asked",
      file: `${DOMAIN}/idempotency/once.ts`,
      from: "  if (!isSame) {",
      to: "  if (false) {",
      caughtBy: "idempotency.request_hash, edited",
    },
    {
      name: "the answer to a request is not under its hash",
      file: `${DOMAIN}/idempotency/once.ts`,
      from: "request, text(answer))",
      to: "request)",
      caughtBy: "idempotency.answer, edited",
    },
    {
      name: "a key is not under the hash of its request",
      file: `${DOMAIN}/idempotency/once.ts`,
      from: "isHashOfRequest(ring, hashed(caller, repeatable, known.answer), known.requestHash)",
      to: "ring.has(1)",
      caughtBy: "idempotency.key, swapped",
    },
  ];
}

function masterships(): readonly Mutation[] {
  const fence = `${STORED}/fence.ts`;
  return [
    {
      name: "a member may take the role",
      file: `${DOMAIN}/mastership/decide-claim.ts`,
      from: 'const isCandidate = warrant.role === "candidate";',
      to: "const isCandidate = true;",
      caughtBy: "takes no role by its own warrant as a mere member",
    },
    {
      name: "a claim forgets the epochs that were seen",
      file: `${DOMAIN}/mastership/decide-claim.ts`,
      from: "1n + (seen > epoch ? seen : epoch)",
      to: "1n + epoch",
      caughtBy: "fence.epoch, edited: back to the first",
    },
    {
      name: "the role is taken without every version of the charter",
      file: `${DOMAIN}/mastership/decide-claim.ts`,
      from: "missingVersions(charter, held ?? []).length > 0",
      to: "false",
      caughtBy: "takes no role while it lacks a version",
    },
    {
      name: "the role is taken by whoever has no standing",
      file: `${DOMAIN}/mastership/decide-claim.ts`,
      from: "(await eligibilityOf(context, locked, stores))",
      to: "{ candidacy: undefined }",
      caughtBy: "takes no role",
    },
    {
      name: "any node may claim, whoever is designated",
      file: `${DOMAIN}/mastership/claim-rule.ts`,
      from: "designatedNode !== undefined && designatedNode !== request.nodeId",
      to: "false",
      caughtBy: "fence.designated_node, edited",
    },
    {
      name: "the fence is passed by the epoch alone",
      file: fence,
      from: '          .where("claim_id", "=", claimId)\n',
      to: "",
      caughtBy: "names another claim",
    },
    {
      name: "the fence is passed by the claim id alone",
      file: fence,
      from: '          .where("epoch", "=", epoch)\n',
      to: "",
      caughtBy: "put back to an earlier epoch",
    },
  ];
}
