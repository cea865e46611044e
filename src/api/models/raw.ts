/** A JSON object as it came. */
export type Raw = Readonly<Record<string, unknown>>;
