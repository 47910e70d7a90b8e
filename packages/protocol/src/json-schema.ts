/** The part of JSON Schema 2020-12 that the route table uses. */
export type JsonSchema =
  | {
      readonly type: "object";
      readonly additionalProperties: false;
      readonly required?: readonly string[];
      readonly properties?: { readonly [name: string]: JsonSchema };
      readonly description?: string;
    }
  | {
      readonly type: "array";
      readonly items: JsonSchema;
      readonly maxItems: number;
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
  | { readonly type: "boolean"; readonly description?: string };

/** The TypeScript type of what a schema accepts. */
export type FromSchema<S> = S extends { readonly type: "object" }
  ? ObjectFrom<S>
  : S extends { readonly type: "array"; readonly items: infer Items }
    ? readonly FromSchema<Items>[]
    : S extends { readonly type: "string"; readonly enum: readonly (infer Choice)[] }
      ? Choice
      : S extends { readonly type: "string" }
        ? string
        : S extends { readonly type: "integer" | "number" }
          ? number
          : S extends { readonly type: "boolean" }
            ? boolean
            : never;

type ObjectFrom<S> = S extends { readonly properties: infer Properties }
  ? Simplify<
      { readonly [K in keyof Properties & RequiredOf<S>]: FromSchema<Properties[K]> } & {
        readonly [K in Exclude<keyof Properties, RequiredOf<S>>]?: FromSchema<Properties[K]>;
      }
    >
  : Readonly<Record<string, never>>;

type RequiredOf<S> = S extends { readonly required: readonly (infer Name)[] } ? Name : never;

type Simplify<T> = { readonly [K in keyof T]: T[K] };
