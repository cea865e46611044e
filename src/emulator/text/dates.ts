/** The service's text for a date that is not set. */
export const DATE_NOT_SET = "0001-01-01T00:00:00.0000000Z";

/** Formats milliseconds since 1970 as the service stores dates: whole seconds, seven digits after the point. */
export function storedDate(ms: number): string {
  return preciseDate(Math.floor(ms / 1000) * 1000);
}

/** Formats milliseconds since 1970 in the service's form, with their fraction of a second. */
export function preciseDate(ms: number): string {
  return new Date(ms).toISOString().replace("Z", "0000Z");
}

/** Converts any date that JavaScript can read to the service's form; undefined for a text that is no date. */
export function normalizedDate(text: string): string | undefined {
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$/.test(text)) return text;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : preciseDate(ms);
}
