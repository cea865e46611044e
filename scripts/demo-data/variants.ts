import type { Random } from "./random.ts";

/** A difference from the reference as a VCF record writes it; `position` counts from 1. */
export interface Variant {
  readonly position: number;
  readonly reference: string;
  readonly alternative: string;
}

/**
 * Where the strain that laboratories buy, cI857 ind1 Sam7, differs from the sequence in the databases.
 * Every real set of reads from bought lambda DNA shows these four.
 */
export const laboratoryStrain: readonly Variant[] = [
  { position: 37589, reference: "C", alternative: "T" },
  { position: 37742, reference: "C", alternative: "T" },
  { position: 43082, reference: "G", alternative: "A" },
  { position: 45352, reference: "G", alternative: "A" },
];

const BASES = ["A", "C", "G", "T"];

/** Far enough apart that no two variants share a read's alignment, and off the ends. */
const SPACING = 400;

/** `known` and `count` more: every fifth a deletion, every fifth an insertion, the others single bases. */
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
  // Inside a repeat the same change can be written in several places; those are left out.
  if (kind <= 1 && new Set(base + following).size < 4) return undefined;
  if (kind === 0) return { position, reference: base + following.slice(0, 2), alternative: base };
  const other = random.pick(BASES.filter((candidate) => candidate !== base));
  if (kind === 1) return { position, reference: base, alternative: base + other.repeat(2) };
  return { position, reference: base, alternative: other };
}

/** The genome of a sample that has `variants`, which are sorted and do not overlap. */
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
