/** Orders Ids as the numbers they are: they have no leading zeros, so the longer is the greater. */
export function compareIds(a: string, b: string): number {
  return a.length - b.length || compareTexts(a, b);
}

/** Orders by code units, as stored dates and the service's names are ordered. */
export function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
