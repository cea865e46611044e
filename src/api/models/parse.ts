import type { z } from "zod";

/** A value that is not what the endpoint promises: `path` names it inside the answer. */
export class WireError extends Error {
  override name = "WireError";
  readonly path: string;

  constructor(path: string, problem: string) {
    super(`${path === "" ? "the answer" : path}: ${problem}`);
    this.path = path;
  }
}

/** @throws WireError; `at` is where `value` stands in the answer, e.g. `Items[3]`. */
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
  throw new WireError(path, issue?.message ?? "has a shape of its own");
}

/** Fields without the undefined ones: absent means absent. */
export type Loose<Model> = {
  [Key in keyof Model]-?: object extends Pick<Model, Key>
    ? Model[Key] | undefined | null
    : Model[Key];
};

export function model<Model>(fields: Loose<Model>): Model {
  const present = Object.entries(fields).filter(
    ([, value]) => value !== undefined && value !== null,
  );
  return Object.fromEntries(present) as Model;
}

/** For the dates that every resource has, when the service does not say: see `models.ts`. */
export const NOT_SET: Date = new Date(0);

export function optional<Model>(
  decode: Decode<Model>,
  value: unknown,
  at: string,
): Model | undefined {
  return value === undefined || value === null ? undefined : decode(value, at);
}
