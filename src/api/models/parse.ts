import { z } from "zod";

/** A value that is not what the endpoint promises; `path` says where it is in the response. */
export class WireError extends Error {
  override name = "WireError";
  readonly path: string;

  constructor(path: string, problem: string) {
    super(`${path === "" ? "the response" : path}: ${problem}`);
    this.path = path;
  }
}

/** @throws WireError; `at` is where `value` is in the response, e.g. `Items[3]`. */
export type Decode<Model> = (value: unknown, at: string) => Model;

/** Checks `value` against `schema`. */
export function parse<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  at: string,
): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const inside = (issue?.path ?? []).map((key) =>
    typeof key === "number" ? `[${key}]` : `.${String(key)}`,
  );
  const path = `${at}${inside.join("")}`.replace(/^\./, "");
  throw new WireError(path, issue?.message ?? "is not what the endpoint promises");
}

/** Decodes each item of an array. */
export function decodeAll<Model>(decode: Decode<Model>): Decode<readonly Model[]> {
  return (value, at) =>
    parse(array, value, at).map((item, index) => decode(item, `${at}[${index}]`));
}

const array = z.array(z.unknown());

/** An object whose optional fields may also be undefined. */
type Loose<Model> = {
  [Key in keyof Model]-?: object extends Pick<Model, Key> ? Model[Key] | undefined : Model[Key];
};

/** The object without the fields that are undefined. */
export function withoutUndefined<Model>(fields: Loose<Model>): Model {
  const present = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present) as Model;
}
