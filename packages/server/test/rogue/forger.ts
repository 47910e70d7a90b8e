import {
  Authority,
  caPublicKey,
  type Charter,
  concat,
  encodeFields,
  hashRequest,
  type Keyring,
  type KeyringSecrets,
  newCaKey,
  sealValue,
  type SealContext,
  signCharter,
  type StampedRow,
  stampRow,
  text,
  u32,
} from "@chatelaine/crypto";
import { SYSTEM_EFFECTS } from "../../src/app/effects.ts";
import { applicationStampColumns } from "../../src/domain/application/application.ts";
import { backupStampColumns } from "../../src/domain/backup/backup.ts";
import { apiTokenStampColumns } from "../../src/domain/token/api-token.ts";
import { signCandidateWarrant } from "../../src/domain/system/found-system.ts";
import type { Row } from "./raw-database.ts";
import { applicationOf, backupOf, bytesIn, numberIn, textIn, tokenOf } from "./rows.ts";
import {
  type Invited,
  invitationRow,
  newMasterSecret,
  ringOf,
  rotatedCharter,
  type RogueSystem,
  sealTo,
} from "./rogue-system.ts";

const { random } = SYSTEM_EFFECTS;

/** What the attacker seals, and what may never come out as anything. */
export const FORGED_CLEAR = "chosen by the attacker";
/** As a config item holds it: the value of the field of number 1. */
export const FORGED_BAG = text(JSON.stringify([[1, FORGED_CLEAR]]));

/**
 * Somebody who knows everything that the database and the public keys say, and has a master
 * secret, an authority and a CA of his own, under the victim's names and version numbers.
 */
export class Forger {
  readonly secrets: KeyringSecrets;
  readonly ring: Keyring;
  readonly charter: Charter;
  readonly charterNote: string;
  readonly sealedKeyring: Uint8Array;
  readonly #victim: RogueSystem;
  readonly #authority: Authority;

  private constructor(
    victim: RogueSystem,
    authority: Authority,
    secrets: KeyringSecrets,
    sealedKeyring: Uint8Array,
  ) {
    this.#victim = victim;
    this.#authority = authority;
    this.secrets = secrets;
    this.sealedKeyring = sealedKeyring;
    this.ring = ringOf(secrets);
    this.charter = {
      ...rotatedCharter(victim.charter, secrets),
      serial: victim.charter.serial,
      authorityKey: authority.publicKey,
      caKey: caPublicKey(secrets.caKey ?? newCaKey(random)),
    };
    this.charterNote = signCharter(authority, secrets.systemId, this.charter);
  }

  static async against(victim: RogueSystem): Promise<Forger> {
    const authority = Authority.generate(random);
    const secrets: KeyringSecrets = {
      ...victim.secrets,
      versions: victim.secrets.versions.map((version) => ({
        ...version,
        secret: newMasterSecret(),
      })),
      authoritySeed: authority.seed(),
      caKey: newCaKey(random),
    };
    return new Forger(victim, authority, secrets, await sealTo(victim.self, secrets));
  }

  /** A warrant for the victim's node and its true keys, in every word what the authority signs. */
  warrant(): string {
    const { self, charter } = this.#victim;
    return signCandidateWarrant(this.#authority, self, charter.serial);
  }

  /** An invitation that is right in every word, by an authority that is not this system's. */
  invitation(invited: Invited): string {
    return invitationRow(this.#authority, this.#victim.self, invited).note;
  }

  checkValue(number: number): Uint8Array {
    return this.ring.checkValue(number);
  }

  /** What a backup that covers the attacker's versions lists. */
  backedUpVersions(): Uint8Array {
    return concat(
      ...this.ring.numbers.flatMap((number) => [u32(number), this.ring.checkValue(number)]),
    );
  }

  applicationStamp(row: Row): Uint8Array {
    return this.#stamp(applicationStampColumns(applicationOf(row)), numberIn(row, "stamp_version"));
  }

  tokenStamp(row: Row): Uint8Array {
    return this.#stamp(apiTokenStampColumns(tokenOf(row)), numberIn(row, "stamp_version"));
  }

  /** What a node would keep of a request, if its master secret were the attacker's. */
  requestHash(row: Row): Uint8Array {
    const parts = [textIn(row, "caller"), textIn(row, "key"), "any", textIn(row, "answer")];
    return hashRequest(this.ring, encodeFields(...parts.map(text)));
  }

  backupStamp(row: Row): Uint8Array {
    return this.#stamp(backupStampColumns(backupOf(row)), numberIn(row, "stamp_version"));
  }

  /** A value of the attacker's, sealed for this very row. */
  sealedItem(row: Row, generation: number): Uint8Array {
    return sealValue(this.ring, random, itemContext(row, generation), FORGED_BAG);
  }

  /** As good as the attacker can make it for this row, or for this piece of it. */
  sealedBindings(row: Row, number?: number): Uint8Array {
    const context = bindingsContext(row, number);
    return sealValue(this.ring, random, context, text(JSON.stringify({ name: FORGED_CLEAR })));
  }

  #stamp(row: StampedRow, version: number): Uint8Array {
    return stampRow(this.ring, row, version);
  }
}

/** What a binding file's manifest, or a chunk of that number, is bound to. */
export function bindingsContext(row: Row, number?: number): SealContext {
  const naturalKey = [text(textIn(row, "name_key"))];
  return {
    applicationId: "",
    generation: 0,
    kind: number === undefined ? "binding-file" : "binding-file-chunk",
    naturalKey: number === undefined ? naturalKey : [...naturalKey, u32(number)],
    revision: number === undefined ? bytesIn(row, "revision") : new Uint8Array(16),
  };
}

/** What the value of a config item is bound to, written anew here so that a test can differ. */
export function itemContext(row: Row, generation: number, kind = "config-item"): SealContext {
  return {
    applicationId: textIn(row, "application_id"),
    generation,
    kind,
    naturalKey: [text(textIn(row, "identifier"))],
    revision: bytesIn(row, "revision"),
  };
}
