import { z } from "zod";

/*
 * Building blocks of the service's JSON. A field that is null is taken as absent: the service leaves
 * fields out, others may not.
 */

export const text: z.ZodString = z.string();
export const flag: z.ZodBoolean = z.boolean();

/** Bytes or items. */
export const count: z.ZodType<number> = z.number().int().nonnegative();

/** Ids are texts; a number is taken only while it is certainly the Id that was sent. */
export const id: z.ZodType<string> = z.union([
  text.min(1),
  z.int().nonnegative().transform(String),
]);

const NO_ZONE = /T[\d:.]+$/;
const NOT_SET = /^0001-01-01/;

/** Both forms of dates (older servers left out the `Z`), undefined for year 1. */
export const date: z.ZodType<Date | undefined> = text.transform(
  (value, context): Date | undefined => {
    if (NOT_SET.test(value)) return undefined;
    const parsed = new Date(NO_ZONE.test(value) ? `${value}Z` : value);
    if (!Number.isNaN(parsed.getTime())) return parsed;
    context.addIssue({ code: "custom", message: "is not a date" });
    return z.NEVER;
  },
);

/** For what another schema looks at. */
export const anything: z.ZodUnknown = z.unknown();

export function maybe<Schema extends z.ZodType>(
  schema: Schema,
): z.ZodOptional<z.ZodNullable<Schema>> {
  return schema.nullable().optional();
}
