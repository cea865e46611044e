/**
 * Orders names as the service does: by their upper case, so that `_` comes after letters (recorded: blood,
 * Ethanol, lipstick, SeraseqCardio, Seraseq_IC, toothpaste). Names that differ only in case are ordered by
 * code units.
 */
export function compareNames(a: string, b: string): number {
  return compareCodeUnits(a.toUpperCase(), b.toUpperCase()) || compareCodeUnits(a, b);
}

function compareCodeUnits(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
