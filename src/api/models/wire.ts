import { z } from "zod";

/*
 * Building blocks of the service's JSON. A field that is null counts as absent: the service leaves fields out, other
 * servers may send null.
 */

export const text: z.ZodString = z.string();
export const flag: z.ZodBoolean = z.boolean();

/** A number of bytes or items. */
export const count: z.ZodType<number> = z.number().int().nonnegative();

/** Ids are texts. A number is accepted only when it is exact. */
export const id: z.ZodType<string> = z.union([
  text.min(1),
  z.int().nonnegative().transform(String),
]);

const NO_ZONE = /T[\d:.]+$/;
const NOT_SET = /^0001-01-01/;

/** Dates in both forms (older servers omitted the `Z`); undefined for the year 1. */
export const date: z.ZodType<Date | undefined> = text.transform(
  (value, context): Date | undefined => {
    if (NOT_SET.test(value)) return undefined;
    const parsed = new Date(NO_ZONE.test(value) ? `${value}Z` : value);
    if (!Number.isNaN(parsed.getTime())) return parsed;
    context.addIssue({ code: "custom", message: "is not a date" });
    return z.NEVER;
  },
);

/** A value that another schema checks. */
export const anything: z.ZodUnknown = z.unknown();

export function maybe<Schema extends z.ZodType>(
  schema: Schema,
): z.ZodOptional<z.ZodNullable<Schema>> {
  return schema.nullable().optional();
}
