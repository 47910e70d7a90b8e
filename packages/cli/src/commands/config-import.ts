import { basename } from "node:path";
import { SecretBytes } from "@chatelaine/crypto";
import { IMPORT_BODY_BYTES_MAX, type ConfigImported } from "@chatelaine/protocol";
import type { ChatelaineClient } from "@chatelaine/sdk";
import { CodedError, readWholeFile } from "@chatelaine/server";
import { answer, type CommandContext, type NodeOptions } from "../command-context.ts";
import { newIdempotencyKey } from "../idempotency-key.ts";
import { nameForMessages } from "../import-files.ts";
import { configLines } from "../imported-lines.ts";
import { findNode } from "../node-client.ts";
import { printable } from "../output.ts";
import { firstLineOfFile } from "../passphrase.ts";

export interface ImportOptions extends NodeOptions {
  readonly application?: string;
  readonly identifier?: string;
  readonly passwordFile?: string;
  readonly unmasked?: readonly string[];
  readonly dryRun?: boolean;
}

/** A byte order mark in UTF-8 or UTF-16, a zero byte of the latter, white space. */
const BEFORE_MARKUP = [0xef, 0xbb, 0xbf, 0xff, 0xfe, 0x00, 0x20, 0x09, 0x0a, 0x0d];
const LESS_THAN = 0x3c;

/** `chatelaine config import FILE`: a `.sso` export, or settings of a deployment framework. */
export async function importFile(
  context: CommandContext,
  file: string,
  options: ImportOptions,
): Promise<void> {
  const { terminal } = context;
  const bytes = await readWholeFile(file, IMPORT_BODY_BYTES_MAX);
  const isOpen = isMarkup(bytes);
  const application = applicationOf(file, isOpen, options);
  using password = isOpen
    ? SecretBytes.copyOf(new Uint8Array())
    : await askPassword(terminal, options);
  const client = await findNode(context, options);
  const request = { file, bytes, application, password };
  try {
    if (options.json === true) {
      const json = await send(client, request, options, options.dryRun === true);
      answer(context, options, json, []);
      return;
    }
    const planned = await send(client, request, options, true);
    answer(context, options, planned, [`${printable(file)}:`, "", ...configLines(planned), ""]);
    const done = options.dryRun === true ? undefined : await send(client, request, options, false);
    answer(context, options, done, resultLines(planned, done));
  } finally {
    bytes.fill(0);
  }
}

function resultLines(planned: ConfigImported, done: ConfigImported | undefined): readonly string[] {
  if (done === undefined) {
    return ["A dry run: nothing was written."];
  }
  const isSame = JSON.stringify({ ...planned, dryRun: false }) === JSON.stringify(done);
  return [
    ...(isSame ? [] : ["It changed meanwhile:", "", ...configLines(done), ""]),
    `imported  ${printable(done.identifier)} of ${printable(done.application.name)}: ${done.outcome}`,
  ];
}

/** Settings are XML as it is; an export is base64. */
function isMarkup(bytes: Uint8Array): boolean {
  return bytes.find((byte) => !BEFORE_MARKUP.includes(byte)) === LESS_THAN;
}

/** An export is called as its application is; a settings file may have any name. */
function applicationOf(file: string, isOpen: boolean, { application }: ImportOptions): string {
  if (application !== undefined) {
    return application;
  }
  if (isOpen) {
    throw new CodedError("request-invalid", {
      detail:
        "a settings file does not say whose it is; name the application with --application NAME",
    });
  }
  return basename(file).replace(/(?<=.)\.sso$/i, "");
}

async function askPassword(
  terminal: CommandContext["terminal"],
  { passwordFile }: ImportOptions,
): Promise<SecretBytes> {
  if (passwordFile !== undefined) {
    return await firstLineOfFile(passwordFile);
  }
  if (!terminal.isInteractive) {
    throw new CodedError("request-invalid", {
      detail:
        "the export has a password, and nobody is there to ask; give it with --password-file FILE",
    });
  }
  return await terminal.askHidden("password of the export: ");
}

interface Request {
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly application: string;
  readonly password: SecretBytes;
}

async function send(
  client: ChatelaineClient,
  { file, bytes, application, password }: Request,
  { identifier, unmasked }: ImportOptions,
  dryRun: boolean,
): Promise<ConfigImported> {
  const { json } = await password.use((secret) =>
    client.call("config.import", {
      json: {
        file: nameForMessages(file),
        application,
        ...(identifier !== undefined && { identifier }),
        ...(unmasked !== undefined && { unmasked }),
        ...(dryRun && { dryRun }),
      },
      parts: [secret, bytes],
      ...(!dryRun && { idempotencyKey: newIdempotencyKey() }),
    }),
  );
  return json;
}
