/**
 * Whether requests are sent to the database at all.
 *
 *   closed --a request failed--> suspected --probe failed--> open --the wait is over--> probing
 *   suspected, probing --probe succeeded--> closed
 *   probing --probe failed--> open
 *
 * While it is `open` or `probing` every request is refused at once: nobody waits for a connection
 * that will not come, and one probe, not a thousand requests, meets a database that comes back.
 * One failure alone proves nothing (a statement may have been slow), so it only asks for a probe.
 */
export type DatabaseCircuit =
  | { readonly kind: "closed" }
  | { readonly kind: "suspected" }
  | { readonly kind: "open"; readonly failedProbes: number }
  | { readonly kind: "probing"; readonly failedProbes: number };

export type CircuitEvent =
  /** A request failed as one does that finds no database. */
  | { readonly kind: "request-failed" }
  | { readonly kind: "probe-succeeded" }
  /** `chance`: a random number from 0 up to 1, for the jitter. */
  | { readonly kind: "probe-failed"; readonly chance: number }
  | { readonly kind: "wait-over" };

export type CircuitAction =
  { readonly kind: "probe" } | { readonly kind: "wait"; readonly delayMs: number };

export interface CircuitStep {
  readonly state: DatabaseCircuit;
  readonly action?: CircuitAction;
}

export const CLOSED: DatabaseCircuit = { kind: "closed" };

const FIRST_DELAY_MS = 100;
/** No longer, so that a database that is back is used again within two seconds. */
const DELAY_MS_MAX = 2000;

export function stepCircuit(state: DatabaseCircuit, event: CircuitEvent): CircuitStep {
  switch (event.kind) {
    case "request-failed":
      return state.kind === "closed"
        ? { state: { kind: "suspected" }, action: { kind: "probe" } }
        : { state };
    case "probe-succeeded":
      return { state: isProbed(state) ? CLOSED : state };
    case "probe-failed":
      return isProbed(state) ? afterFailedProbe(state, event.chance) : { state };
    case "wait-over":
      return state.kind === "open"
        ? { state: { ...state, kind: "probing" }, action: { kind: "probe" } }
        : { state };
  }
}

/** Whether requests are refused without asking the database. */
export function refusesRequests(state: DatabaseCircuit): boolean {
  return state.kind === "open" || state.kind === "probing";
}

type Probed = Extract<DatabaseCircuit, { kind: "suspected" | "probing" }>;

function isProbed(state: DatabaseCircuit): state is Probed {
  return state.kind === "suspected" || state.kind === "probing";
}

/** From half of the delay to the whole of it, so that nodes which lost it together spread. */
function afterFailedProbe(state: Probed, chance: number): CircuitStep {
  const failedProbes = state.kind === "suspected" ? 1 : state.failedProbes + 1;
  const mostMs = Math.min(FIRST_DELAY_MS * 2 ** (failedProbes - 1), DELAY_MS_MAX);
  return {
    state: { kind: "open", failedProbes },
    action: { kind: "wait", delayMs: (mostMs * (1 + chance)) / 2 },
  };
}
