import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Fate, Mutant } from "./mutant.ts";

export interface SecondLook {
  /** The instrumented copy of the repository. */
  readonly sandbox: string;
  readonly projects: readonly ("core" | "command" | "mount")[];
  readonly tests: readonly string[];
  /** Mutants at the same time. */
  readonly concurrency: number;
  /** Which mutants to look at. */
  readonly isOpen: (mutant: Mutant) => boolean;
}

/** A run with a mutant may take this many times as long as one without. */
const PATIENCE = 4;
const MIN_PATIENCE_MS = 60_000;
const MAX_DRY_RUN_MS = 20 * 60_000;

type RunOutcome = "passed" | "failed" | "timed out";

/**
 * Runs `tests` for each mutant that is still open, activated by the environment: so in threads, in child processes
 * and in the built command as well, which the first look does not see into.
 */
export async function lookAgain(
  mutants: readonly Mutant[],
  look: SecondLook,
  onProgress: (line: string) => void,
): Promise<Mutant[]> {
  const alive = mutants.filter(look.isOpen);
  if (alive.length === 0 || look.tests.length === 0) return [...mutants];
  const begun = performance.now();
  if ((await runTests(look, undefined, MAX_DRY_RUN_MS)) !== "passed") {
    throw new Error(`the tests fail without a mutant: ${look.tests.join(" ")}`);
  }
  const runMs = performance.now() - begun;
  onProgress(
    `${alive.length} mutants live; a run of ${look.projects.join(" and ")} tests takes ${seconds(runMs)}`,
  );
  const patienceMs = Math.max(MIN_PATIENCE_MS, PATIENCE * runMs);
  const fates = new Map<Mutant, Fate>();
  const queue = alive.entries();
  const work = async (): Promise<void> => {
    for (const [at, mutant] of queue) {
      const outcome = await runTests(look, mutant.id, patienceMs);
      if (outcome !== "passed") fates.set(mutant, outcome === "failed" ? "killed" : "timed-out");
      onProgress(`${at + 1} of ${alive.length}: ${mutant.file}:${mutant.line} ${outcome}`);
    }
  };
  await Promise.all(Array.from({ length: look.concurrency }, work));
  return mutants.map((mutant) => ({ ...mutant, fate: fates.get(mutant) ?? mutant.fate }));
}

/** Temporary folders of a run are below one of its own, so that whatever it leaves mounted is found. */
async function runTests(
  { sandbox, projects, tests }: SecondLook,
  mutant: string | undefined,
  timeoutMs: number,
): Promise<RunOutcome> {
  const temporary = mkdtempSync(join(tmpdir(), "mutant-"));
  const vitest = join("node_modules", "vitest", "vitest.mjs");
  const chosen = projects.map((project) => `--project=${project}`);
  const args = [vitest, "run", ...chosen, "--bail=1", "--reporter=dot", ...tests];
  const child = spawn(process.execPath, args, {
    cwd: sandbox,
    env: {
      ...process.env,
      TMPDIR: temporary,
      ...(mutant === undefined ? {} : { __STRYKER_ACTIVE_MUTANT__: mutant }),
    },
    stdio: "ignore",
    detached: true,
  });
  const ended = once(child, "close");
  const end = (): void => endGroup(child.pid);
  process.once("exit", end);
  const late = new AbortController();
  const code = await Promise.race([
    ended.then(([code]) => code as number | null),
    delay(timeoutMs, "late" as const, { signal: late.signal }),
  ]);
  late.abort();
  if (code === "late") end();
  await ended;
  process.off("exit", end);
  await unmountBelow(temporary);
  rmSync(temporary, { recursive: true, force: true });
  if (code === "late") return "timed out";
  return code === 0 ? "passed" : "failed";
}

/** The test run and whatever it started in its group; daemons end with their mounts. */
function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // It ended by itself.
  }
}

async function unmountBelow(folder: string): Promise<void> {
  const mounts = readFileSync("/proc/self/mounts", "utf8").split("\n");
  const below = mounts
    .map((line) => line.split(" ")[1] ?? "")
    .filter((at) => at.startsWith(folder));
  for (const mountPoint of below) {
    await once(spawn("fusermount3", ["-u", "-z", "-q", mountPoint]), "close");
  }
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
