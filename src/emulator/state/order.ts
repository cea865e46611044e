/** Orders Ids as the numbers they are: they have no leading zeros, so the longer is the greater. */
export function compareIds(a: string, b: string): number {
  return a.length - b.length || compareTexts(a, b);
}

/**
 * Orders names as the service does (recorded: blood, Ethanol, lipstick, SeraseqCardio, Seraseq_IC, toothpaste):
 * by their upper case, so that `_` comes behind letters. Names that differ in nothing else keep one order.
 */
export function compareNames(a: string, b: string): number {
  return compareTexts(a.toUpperCase(), b.toUpperCase()) || compareTexts(a, b);
}

function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
