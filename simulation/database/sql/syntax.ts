/** What the parser makes of SQL: as much of PostgreSQL's as the stores and the schema use. */

export type SqlValue = string | bigint | number | boolean | Uint8Array | null;

export type Expression =
  | { readonly kind: "literal"; readonly value: SqlValue }
  | { readonly kind: "parameter"; readonly index: number }
  | { readonly kind: "column"; readonly table: string | undefined; readonly name: string }
  | {
      readonly kind: "binary";
      readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: "not"; readonly operand: Expression }
  | { readonly kind: "is-null"; readonly operand: Expression; readonly isNegated: boolean }
  | {
      readonly kind: "in-list";
      readonly operand: Expression;
      readonly items: readonly Expression[];
      readonly isNegated: boolean;
    }
  | {
      readonly kind: "in-query";
      readonly operands: readonly Expression[];
      readonly query: Select;
      readonly isNegated: boolean;
    }
  | { readonly kind: "exists"; readonly query: Select }
  | { readonly kind: "scalar-query"; readonly query: Select }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly Expression[] }
  | { readonly kind: "cast"; readonly operand: Expression; readonly type: string }
  /** The place of a row among those of its part; only as an item of a query. */
  | {
      readonly kind: "row-number";
      readonly partitionBy: readonly Expression[];
      readonly orderBy: readonly OrderItem[];
    };

export type LockMode = "key share" | "share" | "no key update" | "update";

export interface LockClause {
  readonly mode: LockMode;
  /** Names of tables of the query; undefined: all. */
  readonly of: readonly string[] | undefined;
  readonly skipsLocked: boolean;
}

export interface TableReference {
  readonly table: string;
  readonly alias: string;
  /** Undefined: a table of the catalog. */
  readonly derived?: Derived;
}

/** Rows that are made for one query. */
export type Derived =
  /** The elements of a JSON array, in one column. */
  | { readonly kind: "elements"; readonly array: Expression; readonly column: string }
  | { readonly kind: "query"; readonly query: Select }
  | {
      readonly kind: "values";
      readonly columns: readonly string[];
      readonly rows: readonly (readonly Expression[])[];
    };

export interface SelectItem {
  /** Undefined: all columns. */
  readonly expression: Expression | undefined;
  readonly name: string;
}

export interface OrderItem {
  readonly expression: Expression;
  readonly isDescending: boolean;
}

export interface Select {
  readonly kind: "select";
  readonly items: readonly SelectItem[];
  readonly from: readonly TableReference[];
  readonly where: Expression | undefined;
  readonly orderBy: readonly OrderItem[];
  readonly limit: Expression | undefined;
  readonly offset: Expression | undefined;
  readonly locks: readonly LockClause[];
}

export interface Assignment {
  readonly column: string;
  readonly expression: Expression;
}

export interface OnConflict {
  readonly columns: readonly string[];
  /** Undefined: do nothing. */
  readonly assignments: readonly Assignment[] | undefined;
}

export interface Insert {
  readonly kind: "insert";
  readonly table: string;
  readonly columns: readonly string[];
  readonly source: Select | readonly (readonly Expression[])[];
  readonly onConflict: OnConflict | undefined;
  readonly returning: readonly SelectItem[] | undefined;
}

export interface Update {
  readonly kind: "update";
  readonly target: TableReference;
  readonly assignments: readonly Assignment[];
  readonly where: Expression | undefined;
  readonly returning: readonly SelectItem[] | undefined;
}

export interface Delete {
  readonly kind: "delete";
  readonly target: TableReference;
  readonly where: Expression | undefined;
  readonly returning: readonly SelectItem[] | undefined;
}

export interface ColumnDefinition {
  readonly name: string;
  readonly type: string;
  readonly isNotNull: boolean;
  readonly isIdentity: boolean;
  readonly defaultValue: Expression | undefined;
}

export interface ForeignKey {
  readonly columns: readonly string[];
  readonly parent: string;
  /** Empty: the parent's primary key. */
  readonly parentColumns: readonly string[];
  readonly cascades: boolean;
}

export interface UniqueKey {
  readonly columns: readonly string[];
  readonly where: Expression | undefined;
  readonly isPrimary: boolean;
}

/** What a table, or an added column, says of itself. */
export interface Definitions {
  readonly columns: readonly ColumnDefinition[];
  readonly checks: readonly Expression[];
  readonly keys: readonly UniqueKey[];
  readonly foreignKeys: readonly ForeignKey[];
}

export type Definition =
  | { readonly kind: "create-table"; readonly table: string; readonly definitions: Definitions }
  | { readonly kind: "create-key"; readonly table: string; readonly key: UniqueKey }
  | { readonly kind: "add-columns"; readonly table: string; readonly definitions: Definitions }
  | {
      readonly kind: "rename-column";
      readonly table: string;
      readonly from: string;
      readonly to: string;
    }
  | { readonly kind: "drop-table"; readonly table: string }
  // Indexes that are not unique, storage and the like: nothing here depends on them.
  | { readonly kind: "nothing" };

export type Control =
  | { readonly kind: "begin"; readonly isSnapshot: boolean }
  | { readonly kind: "set"; readonly name: string; readonly value: string }
  | { readonly kind: "commit" }
  | { readonly kind: "rollback" };

export type Change = Insert | Update | Delete;
export type Statement = Select | Change | Definition | Control;
