import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { Stryker } from "@stryker-mutator/core";
import type { Fate, Mutant } from "./mutant.ts";

export interface FirstLook {
  readonly files: readonly string[];
  readonly tests: readonly string[];
  readonly concurrency: number;
  /** The instrumented copy of the repository stays here. */
  readonly folder: string;
}

type Result = Awaited<ReturnType<Stryker["runMutationTest"]>>[number];

const FATES: Readonly<Record<string, Fate>> = {
  Killed: "killed",
  Timeout: "timed-out",
  Survived: "survived",
  NoCoverage: "no-coverage",
};

/** Makes every mutant and runs the tests that reach it, each until one fails. */
export async function lookFirst({
  files,
  tests,
  concurrency,
  folder,
}: FirstLook): Promise<Mutant[]> {
  // With test files of its own, Stryker would not activate mutants that run while modules are loaded.
  process.env["BSMOUNT_MUTATE_TESTS"] = JSON.stringify(tests);
  const results = await new Stryker({
    mutate: [...files],
    testRunner: "vitest",
    plugins: ["@stryker-mutator/vitest-runner"],
    vitest: { related: false, configFile: "scripts/mutate/vitest.config.ts" },
    coverageAnalysis: "perTest",
    concurrency,
    reporters: ["progress-append-only"],
    tempDirName: folder,
    cleanTempDir: false,
    warnings: false,
    // Other work on the machine must not make a slow test look like an endless one.
    timeoutMS: 6_000,
    timeoutFactor: 3,
    dryRunTimeoutMinutes: 10,
  }).runMutationTest();
  return results.map(mutantOf);
}

function mutantOf(result: Result): Mutant {
  const { start, end } = result.location;
  const lines = readFileSync(result.fileName, "utf8")
    .split("\n")
    .slice(start.line - 1, end.line);
  lines[lines.length - 1] = lines.at(-1)?.slice(0, end.column - 1) ?? "";
  lines[0] = lines[0]?.slice(start.column - 1) ?? "";
  return {
    id: result.id,
    file: relative(process.cwd(), result.fileName),
    line: start.line,
    column: start.column,
    mutator: result.mutatorName,
    original: lines.join("\n"),
    replacement: result.replacement ?? "",
    fate: FATES[result.status] ?? "invalid",
  };
}
