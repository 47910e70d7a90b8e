import type { Compilable, QueryResult } from "kysely";
import type { FillIn, Query, Sql } from "./sql.ts";

/** A value as both databases take it. */
export type SqlValue = string | bigint | Uint8Array | null;

/**
 * A statement of a hot path: kysely compiles it once for each session, which takes longer than
 * SQLite takes to run it. `build` must pass its values into the query and look at none of them,
 * since it is called with stand-ins.
 */
export function statement<Values extends readonly SqlValue[], Row>(
  build: Build<Values, Row>,
): Run<Values, Row> {
  return (sql, ...values) => sql.execute(filledIn(sql, build, values)) as Promise<QueryResult<Row>>;
}

/** The same for what a change begins with; see `Sql.executeFirst`. */
export function firstStatement<Values extends readonly SqlValue[], Row>(
  build: Build<Values, Row>,
): Run<Values, Row> {
  return (sql, ...values) =>
    sql.executeFirst(filledIn(sql, build, values)) as Promise<QueryResult<Row>>;
}

type Build<Values extends readonly SqlValue[], Row> = (
  sql: Sql,
  ...values: Values
) => Compilable<Row>;

type Run<Values extends readonly SqlValue[], Row> = (
  sql: Sql,
  ...values: Values
) => Promise<QueryResult<Row>>;

function filledIn<Values extends readonly SqlValue[], Row>(
  sql: Sql,
  build: Build<Values, Row>,
  values: Values,
): Query {
  let fillIn = sql.compiled.get(build);
  if (fillIn === undefined) {
    const places: readonly unknown[] = values.map((_, index) => new Place(index));
    fillIn = fillingIn(build(sql, ...(places as Values)).compile());
    sql.compiled.set(build, fillIn);
  }
  return fillIn(values);
}

/** Stands for a value while the statement is compiled; all else in it is constant. */
class Place {
  readonly index: number;

  constructor(index: number) {
    this.index = index;
  }
}

function fillingIn({ sql, parameters }: Query): FillIn {
  return (values) => ({
    sql,
    parameters: parameters.map((parameter) =>
      parameter instanceof Place ? values[parameter.index] : parameter,
    ),
  });
}
