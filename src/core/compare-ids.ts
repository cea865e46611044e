const DIGITS = /^\d+$/;

/** Compares Ids in the order of BaseSpace: numbers by value, and before any other text. */
export function compareIds(a: string, b: string): number {
  const aIsNumber = DIGITS.test(a);
  if (aIsNumber !== DIGITS.test(b)) return aIsNumber ? -1 : 1;
  if (!aIsNumber) return compareText(a, b);
  const [x, y] = [withoutLeadingZeros(a), withoutLeadingZeros(b)];
  return x.length - y.length || compareText(x, y) || compareText(a, b);
}

function withoutLeadingZeros(digits: string): string {
  return digits.replace(/^0+(?=\d)/, "");
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
