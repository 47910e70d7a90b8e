/** The part of JSON Schema 2020-12 that the route table uses. */
export type JsonSchema =
  | ObjectSchema
  | MapSchema
  | {
      readonly type: "array";
      readonly items: JsonSchema;
      readonly maxItems: number;
      readonly minItems?: number;
      readonly description?: string;
    }
  | {
      readonly type: "string";
      readonly maxLength: number;
      readonly minLength?: number;
      readonly pattern?: string;
      readonly enum?: readonly string[];
      readonly description?: string;
    }
  | {
      readonly type: "integer" | "number";
      readonly minimum?: number;
      readonly maximum?: number;
      readonly description?: string;
    }
  | { readonly type: "boolean"; readonly description?: string }
  | {
      /** A value of a config item's field; `null` in a request removes it. */
      readonly type: readonly ("string" | "number" | "boolean" | "null")[];
      readonly maxLength: number;
      readonly description?: string;
    };

export interface ObjectSchema {
  readonly type: "object";
  readonly additionalProperties: false;
  readonly required?: readonly string[];
  readonly properties?: { readonly [name: string]: JsonSchema };
  readonly minProperties?: number;
  readonly description?: string;
}

/** Names that the caller chooses, each with a value of the same form. */
export interface MapSchema {
  readonly type: "object";
  readonly additionalProperties: JsonSchema;
  readonly propertyNames: {
    readonly minLength: number;
    readonly maxLength: number;
    readonly pattern?: string;
  };
  readonly maxProperties: number;
  readonly minProperties?: number;
  readonly description?: string;
}

/** The TypeScript type of what a schema accepts. */
export type FromSchema<S> = S extends { readonly type: "object" }
  ? ObjectFrom<S>
  : S extends { readonly type: "array"; readonly items: infer Items }
    ? readonly FromSchema<Items>[]
    : S extends { readonly type: "string"; readonly enum: readonly (infer Choice)[] }
      ? Choice
      : S extends { readonly type: readonly (infer Name)[] }
        ? FromName<Name>
        : S extends { readonly type: infer Name }
          ? FromName<Name>
          : never;

type FromName<Name> = Name extends "string"
  ? string
  : Name extends "integer" | "number"
    ? number
    : Name extends "boolean"
      ? boolean
      : Name extends "null"
        ? null
        : never;

type ObjectFrom<S> = S extends { readonly properties: infer Properties }
  ? Simplify<
      { readonly [K in keyof Properties & RequiredOf<S>]: FromSchema<Properties[K]> } & {
        readonly [K in Exclude<keyof Properties, RequiredOf<S>>]?: FromSchema<Properties[K]>;
      }
    >
  : S extends { readonly additionalProperties: infer Values extends JsonSchema }
    ? Readonly<Record<string, FromSchema<Values>>>
    : Readonly<Record<string, never>>;

type RequiredOf<S> = S extends { readonly required: readonly (infer Name)[] } ? Name : never;

type Simplify<T> = { readonly [K in keyof T]: T[K] };
