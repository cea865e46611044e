import type { Random } from "./random.ts";

/** A difference from the reference, as in a VCF record; `position` counts from 1. */
export interface Variant {
  readonly position: number;
  readonly reference: string;
  readonly alternative: string;
}

/**
 * The differences of the commercial strain, cI857 ind1 Sam7, from the sequence in the databases. All real reads of
 * commercial lambda DNA show these four.
 */
export const laboratoryStrain: readonly Variant[] = [
  { position: 37589, reference: "C", alternative: "T" },
  { position: 37742, reference: "C", alternative: "T" },
  { position: 43082, reference: "G", alternative: "A" },
  { position: 45352, reference: "G", alternative: "A" },
];

const BASES = ["A", "C", "G", "T"];

/** The least distance between variants, and to the ends: no two variants are in the alignment of one read. */
const SPACING = 400;

/** Adds `count` variants to `known`: every fifth a deletion, every fifth an insertion, the others single bases. */
export function plantVariants(
  sequence: string,
  count: number,
  known: readonly Variant[],
  random: Random,
): Variant[] {
  const variants = [...known];
  while (variants.length < known.length + count) {
    const position = SPACING + random.integer(sequence.length - 2 * SPACING);
    if (variants.some((other) => Math.abs(other.position - position) < SPACING)) continue;
    const variant = inventVariant(sequence, position, variants.length % 5, random);
    if (variant !== undefined) variants.push(variant);
  }
  return variants.sort((a, b) => a.position - b.position);
}

function inventVariant(
  sequence: string,
  position: number,
  kind: number,
  random: Random,
): Variant | undefined {
  const base = sequence.charAt(position - 1);
  const following = sequence.slice(position, position + 3);
  // In a repeat the same change can be written at several positions, so variants in repeats are left out.
  if (kind <= 1 && new Set(base + following).size < 4) return undefined;
  if (kind === 0) return { position, reference: base + following.slice(0, 2), alternative: base };
  const other = random.pick(BASES.filter((candidate) => candidate !== base));
  if (kind === 1) return { position, reference: base, alternative: base + other.repeat(2) };
  return { position, reference: base, alternative: other };
}

/** Applies `variants`, which are sorted and do not overlap, to a genome. */
export function applyVariants(sequence: string, variants: readonly Variant[]): string {
  let result = "";
  let copied = 0;
  for (const { position, reference, alternative } of variants) {
    const start = position - 1;
    const found = sequence.slice(start, start + reference.length);
    if (found !== reference)
      throw new Error(`${position}: the sequence has ${found}, not ${reference}`);
    result += sequence.slice(copied, start) + alternative;
    copied = start + reference.length;
  }
  return result + sequence.slice(copied);
}
