import { reverseComplement } from "./genome.ts";
import type { Random } from "./random.ts";

/*
 * Paired-end reads of a linear genome. Fragments start anywhere, on either strand, with lengths around 350 bases. Each
 * base has one of four qualities, as instruments bin them, which fall towards the end of the read, and is wrong as often
 * as its quality says.
 */

export interface Read {
  readonly bases: string;
  /** Quality per base, as the FASTQ letters (Phred + 33). */
  readonly qualities: string;
}

export interface ReadPair {
  readonly tile: number;
  readonly x: number;
  readonly y: number;
  readonly read1: Read;
  readonly read2: Read;
}

export interface ReadOptions {
  readonly pairs: number;
  readonly readLength: number;
  /** The tiles over which the clusters are distributed. */
  readonly tiles: readonly number[];
}

const LEVELS = [37, 25, 11, 2].map((phred) => ({
  letter: 33 + phred,
  error: 10 ** (-phred / 10),
}));
const BASES = ["A", "C", "G", "T"];

/** Simulates `pairs` pairs of reads of `genome`, in the order of their clusters' tiles. */
export function* simulateReads(
  genome: string,
  { pairs, readLength, tiles }: ReadOptions,
  random: Random,
): Generator<ReadPair> {
  for (let index = 0; index < pairs; index += 1) {
    const fragment = takeFragment(genome, readLength, random);
    yield {
      tile: tiles[Math.floor((index * tiles.length) / pairs)] ?? 1101,
      x: 1000 + random.integer(27_000),
      y: 1000 + random.integer(27_000),
      read1: sequenceBases(fragment.slice(0, readLength), random),
      read2: sequenceBases(reverseComplement(fragment.slice(-readLength)), random),
    };
  }
}

function takeFragment(genome: string, readLength: number, random: Random): string {
  const sampledLength = Math.round(random.normal(350, 50));
  const length = Math.min(Math.max(sampledLength, readLength), genome.length);
  const start = random.integer(genome.length - length + 1);
  const fragment = genome.slice(start, start + length);
  return random.next() < 0.5 ? fragment : reverseComplement(fragment);
}

function sequenceBases(template: string, random: Random): Read {
  // Bytes instead of growing strings, because a set of hundreds of megabytes spends minutes in this loop.
  const bases = Buffer.from(template, "latin1");
  const qualities = Buffer.alloc(bases.length);
  for (let cycle = 0; cycle < bases.length; cycle += 1) {
    const level = LEVELS[pickLevel(cycle / bases.length, random)];
    const isWrong = random.next() < (level?.error ?? 0);
    if (isWrong) bases.write(wrongBase(template.charAt(cycle), random), cycle, "latin1");
    qualities[cycle] = level?.letter ?? 0;
  }
  return { bases: bases.toString("latin1"), qualities: qualities.toString("latin1") };
}

/** `progress` through the read, 0 to 1: less than 2 % doubtful bases at the start, 12 % at the end. */
function pickLevel(progress: number, random: Random): number {
  const doubtful = 0.015 + 0.105 * progress ** 3;
  const draw = random.next();
  if (draw >= doubtful) return 0;
  if (draw >= doubtful * 0.3) return 1;
  return draw >= doubtful * 0.02 ? 2 : 3;
}

function wrongBase(truth: string, random: Random): string {
  return random.pick(BASES.filter((base) => base !== truth));
}
