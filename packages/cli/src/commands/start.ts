import {
  makeLogger,
  makeTextLogger,
  startNode,
  systemClock,
  type Logger,
  type RunningNode,
} from "@chatelaine/server";
import type { CommandContext, GlobalOptions } from "../command-context.ts";
import { findStateDirectory } from "../state-dir.ts";
import { ensureTrialSystem, hasExamples, TRIAL_STATE_DIRECTORY, trialBanner } from "../trial.ts";
import { untilSignal } from "../until-signal.ts";

export interface StartOptions extends GlobalOptions {
  readonly set?: readonly string[];
  readonly trial?: boolean;
}

/** `chatelaine start`: runs until it is told to stop. */
export async function start(context: CommandContext, options: StartOptions): Promise<void> {
  const { terminal, environment } = context;
  const startedAt = systemClock.monotonic();
  const isTrial = options.trial === true;
  const stateDirectory = isTrial
    ? TRIAL_STATE_DIRECTORY
    : findStateDirectory(options.stateDir, environment);
  const made = isTrial ? await ensureTrialSystem() : undefined;
  const signal = untilSignal();
  const node = await startNode({
    stateDirectory,
    settings: options.set ?? [],
    software: context.software,
    makeLogger: (level) => (isTrial ? forPeople(context, level) : forPrograms(level)),
    nodeOptions: environment["NODE_OPTIONS"],
  });
  await runUntil(node, signal, async () => {
    if (made !== undefined) {
      const seconds = (systemClock.monotonic() - startedAt) / 1000;
      const isStillTrial = await node.isTrial();
      const facts = { made, seconds, isStillTrial, hasExamples: await hasExamples() };
      for (const line of trialBanner({ ...context, ...node, ...facts })) {
        terminal.out(line);
      }
    }
  });
}

async function runUntil(
  node: RunningNode,
  signal: Promise<void>,
  ready: () => Promise<void>,
): Promise<void> {
  try {
    await Promise.race([node.opened.then(ready), signal]);
    await signal;
  } finally {
    await node.stop();
  }
}

function forPrograms(level: Parameters<typeof makeLogger>[1]): Logger {
  return makeLogger(process.stdout, level);
}

function forPeople(
  { terminal }: CommandContext,
  level: Parameters<typeof makeTextLogger>[1],
): Logger {
  return makeTextLogger(
    (line) => {
      terminal.note(line);
    },
    level,
    systemClock,
  );
}
