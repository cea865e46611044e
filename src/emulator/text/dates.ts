/** What the service writes where a date is not set. */
export const DATE_NOT_SET = "0001-01-01T00:00:00.0000000Z";

/** A stored date: whole seconds, seven digits behind the point. */
export function storedDate(ms: number): string {
  return preciseDate(Math.floor(ms / 1000) * 1000);
}

/** A computed date, which keeps its fraction. */
export function preciseDate(ms: number): string {
  return new Date(ms).toISOString().replace("Z", "0000Z");
}

/** Any date that JavaScript can read in the service's form, or undefined. */
export function normalDate(text: string): string | undefined {
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$/.test(text)) return text;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : preciseDate(ms);
}
