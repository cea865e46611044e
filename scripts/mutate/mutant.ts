export type Fate = "killed" | "timed-out" | "survived" | "no-coverage" | "invalid";

/** One change to one file, and what the tests made of it. */
export interface Mutant {
  /** What activates it in the instrumented sources. */
  readonly id: string;
  /** From the repository's root. */
  readonly file: string;
  /** Both count from 1. */
  readonly line: number;
  readonly column: number;
  readonly mutator: string;
  readonly original: string;
  readonly replacement: string;
  readonly fate: Fate;
}

/** A mutant that no test can kill, because what the program does is the same. */
export interface Equivalent {
  readonly file: string;
  /** The source text that is replaced, with as much of its line as tells it from others, in `within`. */
  readonly original: string;
  readonly replacement: string;
  /** The line on which it begins, without the space at its ends; not its number, which changes often. */
  readonly within: string;
  readonly reason: string;
}

export function lives(mutant: Mutant): boolean {
  return mutant.fate === "survived" || mutant.fate === "no-coverage";
}
