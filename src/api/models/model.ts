import { z } from "zod";
import { type Decode, parse } from "./parse.ts";
import type { Raw } from "./raw.ts";
import { anything, date, id, maybe, text } from "./wire.ts";

/*
 * A model is one table of fields. Each field states its name in the program, its name in the service's JSON and its
 * schema once; its comment is its documentation. The type of the model and its decoder are derived from the table.
 *
 * A field that the service leaves out or sends as null is absent from the model, never null. A date of the year 1,
 * which means "not set", is absent too.
 */

/** `required` fields are always there. */
type Presence = "required" | "optional";

/** One field of a model. */
export interface Field<Value, Present extends Presence> {
  readonly presence: Present;
  /** The schemas of the JSON fields that it reads, by their names. */
  readonly shape: Readonly<Record<string, z.ZodType>>;
  /**
   * @param fields the JSON fields of the shapes of all fields, checked
   * @param json the whole JSON object, as it came
   */
  readonly read: (fields: Raw, at: string, json: Raw) => Value | undefined;
}

type Table = Readonly<Record<string, Field<unknown, Presence>>>;

type ValueOf<Any> = Any extends Field<infer Value, Presence> ? Value : never;

/** The type of a model with these fields. */
export type ModelOf<Fields> = {
  readonly [
    Name in keyof Fields as Fields[Name] extends Field<unknown, "required"> ? Name : never
  ]: ValueOf<Fields[Name]>;
} & {
  readonly [
    Name in keyof Fields as Fields[Name] extends Field<unknown, "required"> ? never : Name
  ]?: ValueOf<Fields[Name]>;
};

/** For the dates that every entity has, when the service does not know one: one odd item must not spoil a listing. */
const NOT_SET = new Date(0);

/** A field that the service always sends. */
export function required<Value>(name: string, schema: z.ZodType): Field<Value, "required"> {
  return {
    presence: "required",
    shape: { [name]: schema },
    read: (fields) => fields[name] as Value,
  };
}

/** A field that may be missing. Of several names, the first one that the service sends counts. */
export function optional<Value>(
  names: string | readonly string[],
  schema: z.ZodType<Value | undefined>,
): Field<Value, "optional"> {
  return { presence: "optional", ...readFirst<Value>([names].flat(), schema) };
}

/** As {@link optional}, with a value for when the field is missing. */
export function withDefault<Value>(
  names: string | readonly string[],
  schema: z.ZodType<Value | undefined>,
  defaultValue: (fields: Raw) => NoInfer<Value>,
): Field<Value, "required"> {
  const { shape, read } = readFirst<Value>([names].flat(), schema);
  return { presence: "required", shape, read: (fields) => read(fields) ?? defaultValue(fields) };
}

/** A field whose value is another model, or a list of models. */
export function nested<Value>(
  name: string,
  decode: Decode<Value | undefined>,
): Field<Value, "optional"> {
  return {
    presence: "optional",
    shape: { [name]: maybe(anything) },
    read: (fields, at) => {
      const value = fields[name];
      return value === undefined || value === null ? undefined : decode(value, `${at}.${name}`);
    },
  };
}

/** A field that is computed from the whole JSON object. */
export function computed<Value>(read: (json: Raw, at: string) => Value): Field<Value, "required"> {
  return { presence: "required", shape: {}, read: (_fields, at, json) => read(json, at) };
}

/** A creation date; 1970-01-01 when the service does not know it. */
export const creationDate: Field<Date, "required"> = withDefault(
  "DateCreated",
  date,
  () => NOT_SET,
);

/** The JSON object as it came. */
export const rawObject: Field<Raw, "required"> = computed((json) => json);

/** The fields that every entity has. */
export function entityFields<Id extends string>() {
  return {
    /** BaseSpace's Id. */
    id: required<Id>("Id", id),
    /** Relative to the API server in v1, absolute in v2. */
    href: required<string>("Href", text),
    /** The name, not unique. */
    name: required<string>("Name", text),
    /** The JSON object as it came, with the fields that have no name here. */
    raw: rawObject,
  };
}

/** The decoder of the model with these fields. @throws WireError */
export function decoder<Fields extends Table>(table: Fields): Decode<ModelOf<Fields>> {
  const fields = Object.entries(table);
  const shapes: Record<string, z.ZodType> = {};
  // The first shape of a JSON field counts: a field that falls back on another one does not weaken its schema.
  for (const [, { shape }] of fields) {
    for (const [name, schema] of Object.entries(shape)) shapes[name] ??= schema;
  }
  const schema = z.object(shapes);
  return (value, at) => {
    const parsed = parse(schema, value, at);
    const model: Record<string, unknown> = {};
    for (const [name, { read }] of fields) {
      const fieldValue = read(parsed, at, value as Raw);
      if (fieldValue !== undefined) model[name] = fieldValue;
    }
    return model as ModelOf<Fields>;
  };
}

function readFirst<Value>(
  names: readonly string[],
  schema: z.ZodType<Value | undefined>,
): {
  readonly shape: Readonly<Record<string, z.ZodType>>;
  readonly read: (fields: Raw) => Value | undefined;
} {
  const shape = Object.fromEntries(names.map((name) => [name, maybe(schema)]));
  return {
    shape,
    read: (fields) => {
      for (const name of names) {
        const value = fields[name];
        if (value !== undefined && value !== null) return value as Value;
      }
      return undefined;
    },
  };
}
