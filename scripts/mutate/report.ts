import { type Equivalent, type Fate, lives, type Mutant } from "./mutant.ts";

/** What a module's tests should kill, in percent of the mutants that are not equivalent. */
export const GOAL = 85;

export interface Outcome {
  readonly module: string;
  /** Without those that are equivalent. */
  readonly mutants: readonly Mutant[];
  readonly equivalent: number;
  /** Entries of the list that fit no mutant that lives: killed by now, or changed. */
  readonly stale: readonly Equivalent[];
}

/** Leaves out of the score what the list of equivalent mutants explains. `lineOf` gives a mutant's line. */
export function judge(
  module: string,
  all: readonly Mutant[],
  list: readonly Equivalent[],
  lineOf: (mutant: Mutant) => string,
): Outcome {
  const files = new Set(all.map(({ file }) => file));
  const used = new Set<Equivalent>();
  const mutants = all.filter((mutant) => {
    const entry = explanationOf(mutant, list, lineOf(mutant));
    if (entry === undefined || !lives(mutant)) return true;
    used.add(entry);
    return false;
  });
  const stale = list.filter((entry) => files.has(entry.file) && !used.has(entry));
  return { module, mutants, equivalent: all.length - mutants.length, stale };
}

/** The entry of `list` for `mutant`, whose line in the source is `line`. */
export function explanationOf(
  mutant: Mutant,
  list: readonly Equivalent[],
  line: string,
): Equivalent | undefined {
  return list.find(
    (entry) =>
      entry.file === mutant.file &&
      entry.original === mutant.original &&
      entry.replacement === mutant.replacement &&
      entry.within === line.trim(),
  );
}

/** Killed and timed out in percent of all that ran; 100 where there is none. */
export function scoreOf({ mutants }: Outcome): number {
  const detected = count(mutants, "killed") + count(mutants, "timed-out");
  const valid = mutants.length - count(mutants, "invalid");
  return valid === 0 ? 100 : (100 * detected) / valid;
}

export function renderOutcome(outcome: Outcome): string {
  const { module, mutants, equivalent, stale } = outcome;
  const survivors = mutants.filter(lives).map((mutant) => `  ${renderMutant(mutant)}`);
  const old = stale.map(({ file, within, replacement }) => {
    return `  ${file}: ${oneLine(within)} → ${oneLine(replacement)}`;
  });
  return [
    ...(survivors.length > 0 ? ["", `${module}: what no test noticed`, ...survivors] : []),
    ...(old.length > 0
      ? ["", "equivalent.json explains what does not live any more:", ...old]
      : []),
    "",
    `${module}: ${mutants.length} mutants, ${equivalent} equivalent ones left out`,
    ...FATES.map((fate) => `  ${fate.padEnd(11)} ${`${count(mutants, fate)}`.padStart(5)}`),
    `  ${"score".padEnd(11)} ${scoreOf(outcome).toFixed(1).padStart(5)} % (goal ${GOAL} %)`,
  ].join("\n");
}

const FATES: readonly Fate[] = ["killed", "timed-out", "survived", "no-coverage", "invalid"];

function renderMutant({
  file,
  line,
  column,
  original,
  replacement,
  fate,
  mutator,
}: Mutant): string {
  const unreached = fate === "no-coverage" ? " (no test comes here)" : "";
  return `${file}:${line}:${column} ${mutator}: ${oneLine(original)} → ${oneLine(replacement)}${unreached}`;
}

function oneLine(code: string): string {
  const line = code.replaceAll(/\s+/g, " ");
  return line.length > 90 ? `${line.slice(0, 60)} … ${line.slice(-25)}` : line;
}

function count(mutants: readonly Mutant[], fate: Fate): number {
  return mutants.filter((mutant) => mutant.fate === fate).length;
}
