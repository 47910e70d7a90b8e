import { foldName, type RandomSource } from "@chatelaine/crypto";
import { CodedError } from "../../base/coded-error.ts";
import { invariant } from "../../base/invariant.ts";
import { newApplicationId } from "../application-id/application-id.ts";
import type { Application } from "./application.ts";
import {
  changedSettings,
  newSettings,
  parseSettings,
  renderSettings,
  type ApplicationSettings,
  type Field,
} from "./application-settings.ts";
import type { FoundApplication } from "./get-application.ts";
import { nextRevision } from "../transaction/revision.ts";

export type Outcome = "created" | "changed" | "unchanged";

/** A field that is to hold values of this name. */
export interface WantedField {
  readonly name: string;
  readonly type: Field["type"];
  readonly masked: boolean;
}

/** What becomes of one config store; nothing is written yet. */
export interface ApplicationPlan {
  readonly outcome: Outcome;
  /** As it will be; of a new revision, unless it is unchanged. */
  readonly application: Application;
  /** Undefined: there is none yet. */
  readonly former: FoundApplication | undefined;
  /** By the wanted names. */
  readonly fields: ReadonlyMap<string, Field>;
  readonly newFields: readonly Field[];
  readonly newlyMasked: readonly string[];
}

export interface PlanRequest {
  readonly name: string;
  readonly description: string;
  readonly wanted: readonly WantedField[];
  readonly former: FoundApplication | undefined;
  /** Ids of fields under the names they had in an earlier import; fields can be renamed. */
  readonly formerFields: Readonly<Record<string, number>>;
}

/**
 * The config store with a field for every wanted name: made enabled if there is none, else with
 * what it lacks. A mask is set and never taken away. Throws `application-type-mismatch`,
 * `application-disabled`, `application-invalid`.
 */
export function planApplication(random: RandomSource, request: PlanRequest): ApplicationPlan {
  return request.former === undefined
    ? planNew(random, request)
    : planChange(random, request, request.former);
}

function planNew(
  random: RandomSource,
  { name, description, wanted }: PlanRequest,
): ApplicationPlan {
  const settings = newSettings({ name, type: "config-store", description, fields: wanted });
  return {
    outcome: "created",
    application: {
      applicationId: newApplicationId(random),
      revision: nextRevision(random, undefined),
      name,
      type: "config-store",
      generation: 0,
      isEnabled: true,
      settings: renderSettings(settings),
    },
    former: undefined,
    fields: fieldsOf(wanted, fieldFinder(settings, {})),
    newFields: settings.fields,
    newlyMasked: [],
  };
}

function planChange(
  random: RandomSource,
  { wanted, formerFields }: PlanRequest,
  former: FoundApplication,
): ApplicationPlan {
  const { row } = former;
  assertHoldsItems(row);
  const settings = parseSettings(row.settings);
  const known = fieldFinder(settings, formerFields);
  const added = wanted.filter(({ name }) => known(name) === undefined);
  const newlyMasked = wanted.flatMap(({ name, masked }) => {
    const field = known(name);
    return field !== undefined && masked && !field.masked ? [field.name] : [];
  });
  const isChanged = added.length > 0 || newlyMasked.length > 0;
  const masks = newlyMasked.map((name) => ({ name, masked: true }));
  const next = isChanged
    ? changedSettings(row.type, settings, { fields: [...masks, ...added] })
    : settings;
  const fields = fieldsOf(wanted, fieldFinder(next, formerFields));
  assertOneEach(fields);
  return {
    outcome: isChanged ? "changed" : "unchanged",
    application: isChanged
      ? {
          ...row,
          revision: nextRevision(random, row.revision),
          settings: renderSettings(next),
        }
      : row,
    former,
    fields,
    newFields: next.fields.slice(settings.fields.length),
    newlyMasked,
  };
}

function assertHoldsItems({ name, type, isEnabled }: Application): void {
  if (type !== "config-store") {
    throw new CodedError("application-type-mismatch", {
      detail: `${name} is of type ${type}, and only a config store holds items; rename it or remove it`,
    });
  }
  if (!isEnabled) {
    throw new CodedError("application-disabled", {
      detail: `${name} is disabled; \`chatelaine application enable\` lets it be used`,
    });
  }
}

/** A renamed field may meet a property that has its new name. */
function assertOneEach(fields: ReadonlyMap<string, Field>): void {
  const byId = Map.groupBy(fields, ([, { id }]) => id);
  const shared = [...byId.values()].find((some) => some.length > 1);
  if (shared !== undefined) {
    const [one = "", other = ""] = shared.map(([name]) => name);
    throw new CodedError("application-invalid", {
      detail: `fields: ${one} and ${other} would be one field, which was renamed; rename it again`,
    });
  }
}

type FindField = (name: string) => Field | undefined;

function fieldsOf(wanted: readonly WantedField[], find: FindField): ReadonlyMap<string, Field> {
  return new Map(
    wanted.map(({ name }) => {
      const field = find(name);
      invariant(field !== undefined, "the settings were given every wanted field");
      return [name, field];
    }),
  );
}

/** By the name of an earlier import, else by the present name, compared after folding. */
function fieldFinder(
  { fields }: ApplicationSettings,
  formerFields: Readonly<Record<string, number>>,
): FindField {
  const byId = new Map(fields.map((field) => [field.id, field]));
  const byName = new Map(fields.map((field) => [foldName(field.name), field]));
  const formerIds = new Map(Object.entries(formerFields));
  return (name) => byId.get(formerIds.get(name) ?? 0) ?? byName.get(foldName(name));
}
