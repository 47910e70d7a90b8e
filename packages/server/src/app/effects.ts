import type { RandomSource } from "@chatelaine/crypto";
import { systemClock, type Clock } from "../platform/clock.ts";
import { systemRandom } from "../platform/random.ts";
import { systemScheduler, type Scheduler } from "../platform/scheduler.ts";

/** Clock, chance and waiting of the real world. */
export interface Effects {
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly scheduler: Scheduler;
}

export const SYSTEM_EFFECTS: Effects = {
  clock: systemClock,
  random: systemRandom,
  scheduler: systemScheduler,
};
