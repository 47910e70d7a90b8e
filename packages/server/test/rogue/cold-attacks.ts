import { sealValue, warrantId } from "@chatelaine/crypto";
import { SYSTEM_EFFECTS } from "../../src/app/effects.ts";
import { signCandidateWarrant } from "../../src/domain/system/found-system.ts";
import type { Attack } from "./attacks.ts";
import {
  warrantAsMember,
  putBack,
  withEarlierOrders,
  withEarlierItems,
  forgedCharter,
  allForged,
  withWarrant,
  withCharter,
  withLease,
  isSelf,
  isNode,
  isPassword,
} from "./changed-snapshots.ts";
import {
  ADMITS_NOBODY,
  applicationRefused,
  documentedReplay,
  harmless,
  harmlessOrTold,
  lessAccess,
  NO_KEYRING,
  NOT_MASTER,
  notStarted,
  refused,
  SEALS_NOTHING,
} from "./expectation.ts";
import { FORGED_BAG, itemContext } from "./forger.ts";
import { theRow, type Which, withCells, withTable } from "./raw-database.ts";
import { CLEAR } from "./rogue-system.ts";
import { textIn } from "./rows.ts";
import { isToken } from "./tables/api-token.ts";

const { random, clock } = SYSTEM_EFFECTS;
const every: Which = () => true;

/** Attacks on several tables at once, and those that need a statement of the true authority. */
export const COLD_ATTACKS: readonly Attack[] = [
  ...replays(),
  ...forgeries(),
  ...statements(),
  ...roles(),
];

function replays(): readonly Attack[] {
  return [
    {
      name: "charter, nodes, keyrings and versions put back together",
      apply: ({ victim }) => putBack(victim, ["charter", "node", "sealed_keyring", "version"]),
      expect: lessAccess("it reads what the earlier keyring opens, and seals nothing", {
        ...NOT_MASTER,
        "get orders": "row-not-authentic",
        "reveal orders/password": "row-not-authentic",
        "reveal orders/account": "row-not-authentic",
        "reveal orders/stranger": "row-not-authentic",
        "reveal billing/password": "cannot-open",
        "reveal billing/account": "cannot-open",
        "reveal shipping/password": "cannot-open",
        "list bindings": "cannot-open",
        "reveal bindings/partners": "cannot-open",
        "reveal bindings/others": "cannot-open",
        status: "backed up: 1 believed, 1 verified",
        verify: "master-secret-server-unavailable",
        alarms: "trust.database-behind trust.row-refused",
      }),
    },
    {
      name: "the whole database put back",
      apply: ({ victim }) => victim.earlier[0],
      expect: lessAccess("everything as it was, to be read; nothing is sealed", {
        ...NOT_MASTER,
        "reveal orders/password": "password of orders, before",
        "reveal orders/account": "account of orders, before",
        "reveal billing/password": "password of billing, before",
        "reveal billing/account": "config-item-not-found",
        "reveal shipping/password": "config-item-not-found",
        "list bindings": "partners",
        "reveal bindings/partners": "password of partners, before",
        "reveal bindings/others": "bindings-not-found",
        "token revoked": "admin-token",
        tokens: "3 believed",
        history: "config-item-not-found",
        "roll back": "config-item-not-found",
        status: "backed up: 1 believed, 1 verified",
        verify: "master-secret-server-unavailable",
        alarms: "trust.database-behind",
      }),
    },
    {
      name: "an application put back together with its items",
      apply: ({ victim }) => withEarlierOrders(victim),
      expect: documentedReplay("an application's earlier generation with its earlier values", {
        "reveal orders/password": "password of orders, before",
        "reveal orders/account": "account of orders, before",
        "seal orders": "sealed under version 2, generation 0",
      }),
    },
    {
      name: "a revoked token put back",
      apply: ({ victim }) => {
        const [before] = victim.earlier;
        const row = before && theRow(before, "api_token", isToken(victim.tokens.revoked));
        return row && withTable(victim.present, "api_token", (rows) => [...rows, row]);
      },
      expect: documentedReplay("believed again until it expires, which is under its stamp", {
        "token revoked": "admin-token",
        tokens: "3 believed",
      }),
    },
    {
      name: "a former revision put in the place of its item",
      apply: ({ victim }) => {
        const isTarget = isPassword(victim.billing);
        const former = theRow(victim.present, "config_item_revision", isTarget);
        const { revision = null, version = null, sealed = null } = former ?? {};
        const cells = { revision, version, sealed };
        return withCells(victim.present, "config_item", isTarget, () => cells);
      },
      expect: documentedReplay("the item's own earlier value", {
        "reveal billing/password": CLEAR.billingEarlier,
      }),
    },
    {
      name: "items put back from before the generation was raised",
      apply: ({ victim }) => withEarlierItems(victim, victim.orders),
      expect: refused("the application's stamped generation is a later one", {
        "seal orders": "cannot-open",
        "reveal orders/password": "cannot-open",
        "reveal orders/account": "cannot-open",
      }),
    },
  ];
}

function forgeries(): readonly Attack[] {
  return [
    {
      name: "everything forged with the attacker's own authority and master secret",
      apply: (means) => allForged(means, forgedCharter(means)),
      expect: notStarted(
        "the authority is pinned in the state directory",
        "statement-not-authentic",
        "trust.statement-refused",
      ),
    },
    {
      name: "everything forged but charter and warrant",
      apply: (means) => allForged(means, means.victim.present),
      expect: lessAccess("the keyring is not the charter's, so nothing under it is believed", {
        ...NO_KEYRING,
        backup: "keyring-mismatch",
        alarms: "master-secret.mismatch",
      }),
    },
    {
      name: "an application renamed, with the key of its new name",
      apply: ({ victim }) => {
        const isTarget: Which = (row) => row["application_id"] === victim.orders;
        const renamed = { name: "renamed", name_key: "renamed" };
        return withCells(victim.present, "application", isTarget, () => renamed);
      },
      expect: refused(
        "the stamp covers the name",
        applicationRefused("orders"),
        "trust.row-refused",
      ),
    },
    {
      name: "a value of another kind put in the place of a config item",
      apply: ({ victim }) => {
        const isTarget = isPassword(victim.billing);
        return withCells(victim.present, "config_item", isTarget, (row) => ({
          sealed: sealValue(victim.ring, random, itemContext(row, 0, "mapping"), FORGED_BAG),
        }));
      },
      expect: refused("a value is bound to its kind", {
        "reveal billing/password": "cannot-open",
        "seal billing": "cannot-open",
      }),
    },
    {
      name: "the primary version moved to one of the attacker's",
      apply: ({ victim, forger }) => {
        const moved = withCells(victim.present, "version", every, () => ({ state: "retired" }));
        const third = { number: 3n, check_value: forger.checkValue(2), state: "primary" };
        return new Map(moved).set("version", [...(moved.get("version") ?? []), third]);
      },
      expect: lessAccess("the node's own version is not primary any more", { ...SEALS_NOTHING }),
    },
  ];
}

function statements(): readonly Attack[] {
  const revoked = notStarted("the charter revokes it, whatever the row says", "node-revoked");
  return [
    {
      name: "a warrant of this node as a mere member put back",
      apply: ({ victim }) => withWarrant(victim, warrantAsMember(victim)),
      expect: lessAccess("only a candidate may take the role", NOT_MASTER),
    },
    {
      name: "the row of a revoked node put back",
      apply: ({ victim }) => withCharter(victim, { revokedNodes: [victim.self.nodeId] }),
      expect: revoked,
    },
    {
      name: "a revoked warrant put back",
      apply: ({ victim }) => {
        const row = theRow(victim.present, "node", isSelf(victim));
        return row && withCharter(victim, { revokedWarrants: [warrantId(textIn(row, "warrant"))] });
      },
      expect: revoked,
    },
    {
      name: "another candidate's rows renamed to this node's",
      apply: ({ victim }) => {
        const { self, other } = victim;
        const renamed = withCells(victim.present, "node", isSelf(victim), () => ({
          warrant: signCandidateWarrant(victim.authority, other, victim.charter.serial),
        }));
        return withCells(renamed, "sealed_keyring", isSelf(victim), () => ({
          ...theRow(victim.present, "sealed_keyring", isNode(other.nodeId)),
          node_id: self.nodeId,
        }));
      },
      expect: notStarted(
        "a warrant names its node",
        "statement-not-authentic",
        "trust.statement-refused",
      ),
    },
  ];
}

function roles(): readonly Attack[] {
  return [
    {
      name: "a valid lease forged for another node",
      apply: ({ victim }) => withLease(victim, clock.wallTime() + 2900),
      expect: lessAccess("the role seems taken; a valid lease confirms what the node seals under", {
        ...ADMITS_NOBODY,
        role: "not master",
        backup: "not-master-secret-server",
        verify: "not-master-secret-server",
      }),
    },
    {
      name: "a valid lease forged for this node",
      apply: ({ victim }) => withLease(victim, clock.wallTime() + 2900, victim.self.nodeId),
      expect: harmless("its own earlier process is dead; the claim takes a new epoch"),
    },
    {
      name: "a lease of another node far in the future",
      apply: ({ victim }) => withLease(victim, clock.wallTime() + 1e9),
      expect: harmless("further ahead than a lease can be: it counts as expired"),
    },
    {
      name: "a lease of another node long over",
      apply: ({ victim }) => withLease(victim, 1),
      expect: harmless("an expired lease may be claimed"),
    },
    {
      name: "fence and lease put back to the first mastership",
      apply: ({ victim }) => putBack(victim, ["fence", "lease", "fenced_write"]),
      expect: harmlessOrTold(
        "the next epoch is above every one that this node has seen",
        "trust.mastership-refused",
      ),
    },
  ];
}
