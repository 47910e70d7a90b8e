import {
  decodeBackup,
  type Keyring,
  openWarrant,
  parseNodeId,
  openValue,
  parseApiToken,
  readSealedHeader,
  SecretBytes,
  toBase32,
} from "@chatelaine/crypto";
import type { EventCode } from "@chatelaine/protocol";
import { CodedError } from "../../src/base/coded-error.ts";
import type { ApplicationId } from "../../src/domain/application-id/application-id.ts";
import { heldVersions } from "../../src/domain/master-secret/open-backup.ts";
import { itemContext } from "./forger.ts";
import { alarms, NodeUnderTest } from "./node-under-test.ts";
import { type Row, theRow } from "./raw-database.ts";
import { bytesIn } from "./rows.ts";
import { BACKUP_PATH, CLEAR, type Invited, type RogueSystem } from "./rogue-system.ts";

/** An id and an identifier that nothing has, until an attack gives them to a row. */
export const STRANGER_ID = "app_strangerstranger" as ApplicationId;
export const STRANGER = "stranger";
export const STRANGER_NODE = parseNodeId("nod_aaaaaaaaaaaaaaaa");
/** All that the attacker knows of an invitation that he would like there to be. */
export const ATTACKERS_INVITED = { nodeId: STRANGER_NODE, secret: new Uint8Array(32).fill(7) };
export const STRANGER_TOKEN = "strangerstranger";
/** All that the attacker's own token is: an id of his choice, and 32 bytes that he knows. */
const ATTACKERS_TOKEN = `chat_${STRANGER_TOKEN}_${toBase32(new Uint8Array(32).fill(7))}`;
export const ATTACKERS_HASH = parseApiToken(ATTACKERS_TOKEN).secretHash;

/** What the node did and said, step by step: a result in words, or the code of a refusal. */
export type Observation = Readonly<Record<string, string>>;

/**
 * Starts a node on the database as it now is and has it do everything it can do. Equal
 * observations mean that the attack made no difference to anybody.
 */
export async function observe(system: RogueSystem): Promise<Observation> {
  const events: EventCode[] = [];
  const seen: Record<string, string> = {};
  try {
    const node = await NodeUnderTest.open(system.place.location, system.self, system.seen, events);
    try {
      await exercise(system, node, (step, result) => (seen[step] = result));
    } finally {
      await node.stop();
    }
  } catch (error) {
    seen["start"] = outcome(error);
  }
  return { ...seen, alarms: alarms(events).join(" ") };
}

type Note = (step: string, result: string) => void;

async function exercise(system: RogueSystem, node: NodeUnderTest, note: Note): Promise<void> {
  const { orders, billing, shipping } = system;
  const step = async (name: string, run: () => Promise<string>): Promise<void> => {
    note(name, await run().catch(outcome));
  };
  note("role", role(system, node));
  await step("get orders", () => applicationName(node, orders));
  await step("get billing", () => applicationName(node, billing));
  await step("get stranger", () => applicationName(node, STRANGER_ID));
  await step("reveal orders/password", () => node.reveal(orders, "password"));
  await step("reveal orders/account", () => node.reveal(orders, "account"));
  await step("reveal orders/stranger", () => node.reveal(orders, STRANGER));
  await step("reveal billing/password", () => node.reveal(billing, "password"));
  await step("reveal billing/account", () => node.reveal(billing, "account"));
  await step("reveal shipping/password", () => node.reveal(shipping, "password"));
  await step("status", () => backupStatus(node));
  await step("token admin", () => callerOf(system, node, system.tokens.admin));
  await step("token reader", () => callerOf(system, node, system.tokens.reader));
  await step("token revoked", () => callerOf(system, node, system.tokens.revoked));
  await step("token of the attacker", async () => {
    const id = system.tokens.admin.slice(0, ATTACKERS_TOKEN.lastIndexOf("_"));
    const underAnotherId = id + ATTACKERS_TOKEN.slice(id.length);
    const callers = [ATTACKERS_TOKEN, underAnotherId].map((one) => callerOf(system, node, one));
    return (await Promise.all(callers)).join(", ");
  });
  await step("tokens", async () => `${(await node.listTokens()).length} believed`);
  await step("history", async () => `${(await node.history(shipping, "account")).length} former`);
  await step("roll back", () => rollBack(node, shipping, "account"));
  await step("repeat", async () =>
    (await node.setOnce(billing, "once")) === system.answeredOnce
      ? "answered as before"
      : "done again",
  );
  await step("create", async () => applicationName(node, await node.createApplication("new")));
  await step("seal orders", () => sealAndCheck(system, node, orders, "password"));
  await step("seal billing", () => sealAndCheck(system, node, billing, "password"));
  await step("seal new", () => sealAndCheck(system, node, billing, "new"));
  await step("list bindings", () => node.listBindings());
  await step("reveal bindings/partners", () => node.revealBindings("partners"));
  await step("reveal bindings/others", () => node.revealBindings("others"));
  await step("import bindings", () => node.importBindings("partners", CLEAR.partners));
  await step("backup", () => backupAndCheck(system, node));
  await step("verify", async () => {
    await node.verify(BACKUP_PATH, system.backupFile);
    return "verified";
  });
  await step("join", () => joined(system, node, system.invited.open));
  await step("join again", () => joined(system, node, system.invited.used));
  await step("join as the attacker", () => joined(system, node, ATTACKERS_INVITED));
  await step("audit", () =>
    node.database.read(async ({ audit }) => {
      await audit.list({ after: 0n, limit: 1000 });
      return "listed";
    }),
  );
}

/** The code of a refusal; anything that is not one is a defect or the database's own refusal. */
export function outcome(error: unknown): string {
  return error instanceof CodedError ? error.code : "broken";
}

/** P2: whoever holds the role holds it by an epoch above every one that was seen. */
function role({ seen }: RogueSystem, { service }: NodeUnderTest): string {
  const { state } = service.loop;
  if (state.kind !== "active") {
    return "not master";
  }
  return state.id.epoch > seen.epoch ? "master" : "master of an epoch that was seen before";
}

/** Whom a bearer stands for, and what it may see. */
async function callerOf(
  { orders }: RogueSystem,
  node: NodeUnderTest,
  bearer: string,
): Promise<string> {
  const caller = await node.authenticate(bearer);
  if (caller.kind !== "admin-token" && caller.kind !== "reader-token") {
    return caller.kind;
  }
  const places = caller.applications.map((id) => (id === orders ? "orders" : "more"));
  return [caller.kind, ...places, ...(caller.mayReveal ? ["reveals"] : [])].join(" ");
}

/** Goes back to the newest former revision; what the item then holds. */
async function rollBack(
  node: NodeUnderTest,
  applicationId: ApplicationId,
  identifier: string,
): Promise<string> {
  const [newest] = await node.history(applicationId, identifier);
  if (newest === undefined) {
    return "nothing to go back to";
  }
  await node.rollBack(applicationId, identifier, newest);
  return await node.reveal(applicationId, identifier);
}

async function applicationName(node: NodeUnderTest, id: ApplicationId): Promise<string> {
  return (await node.getApplication(id)).name;
}

async function backupStatus(node: NodeUnderTest): Promise<string> {
  const { isBackedUp, backups, trial } = await node.status();
  const verified = backups.filter(({ verifiedAtMs }) => verifiedAtMs !== undefined).length;
  const covered = isBackedUp ? "backed up" : "not backed up";
  return `${covered}${trial ? ", trial" : ""}: ${backups.length} believed, ${verified} verified`;
}

/** Writes a value and looks whether it lies in the database under the system's own secret. */
async function sealAndCheck(
  system: RogueSystem,
  node: NodeUnderTest,
  applicationId: ApplicationId,
  identifier: string,
): Promise<string> {
  await node.setItem(applicationId, identifier, "new");
  const [row] = await system.place.raw.query(
    `select * from config_item where application_id = '${applicationId}'
      and identifier = '${identifier}'`,
  );
  return row === undefined ? "nothing was sealed" : sealedUnder(system.ring, row);
}

/** Throws if the value does not open with the system's own keyring. */
function sealedUnder(ring: Keyring, row: Row): string {
  const sealed = bytesIn(row, "sealed");
  const { version, generation } = readSealedHeader(sealed);
  openValue(ring, itemContext(row, generation), sealed).erase();
  return `sealed under version ${version}, generation ${generation}`;
}

/** Redeems an invitation with new keys; what the machine has become. */
async function joined(
  { self }: RogueSystem,
  node: NodeUnderTest,
  { nodeId, secret }: Invited,
): Promise<string> {
  const { warrant } = await node.admit(nodeId, secret);
  const { role } = openWarrant(warrant, self.systemId, self.authorityKey);
  return `a ${role}`;
}

/** Makes a backup and looks whether what it holds is the system's own keyring. */
async function backupAndCheck(system: RogueSystem, node: NodeUnderTest): Promise<string> {
  const { file } = await node.backup("/backups/next.age");
  using contents = SecretBytes.copyOf(file);
  const { secrets, charterNote } = decodeBackup(contents);
  const isOurs = heldVersions(secrets).every(
    ({ number, checkValue }) => Buffer.compare(system.ring.checkValue(number), checkValue) === 0,
  );
  const present = theRow(system.present, "charter", () => true);
  return isOurs && charterNote === present?.["note"] ? "backed up" : "backed up something else";
}
