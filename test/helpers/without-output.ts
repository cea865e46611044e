import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { runShell } from "./run-command.ts";

const CLI = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

/** What a command cannot write to: a full disk, and a pipe that nobody reads. */
export const DEAD_ENDS = ["full", "closed"] as const;
type DeadEnd = (typeof DEAD_ENDS)[number];

interface Ending {
  readonly code: number | null;
  readonly stderr: string;
}

/** Runs `bsmount …`, with `env` for its environment, where its output cannot be written. */
export async function withoutOutput(
  args: readonly string[],
  how: DeadEnd,
  env: NodeJS.ProcessEnv,
): Promise<Ending> {
  if (how === "full") {
    return await runShell('exec node "$@" > /dev/full', "/", { env, args: [CLI, ...args] });
  }
  const child = spawn(process.execPath, [CLI, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  // The reader of the pipe ends long before the command begins.
  child.stdout.destroy();
  const [stderr, [code]] = await Promise.all([text(child.stderr), ended(child)]);
  return { code, stderr };
}

async function ended(child: ChildProcess): Promise<[number | null]> {
  return (await once(child, "exit", { signal: AbortSignal.timeout(60_000) })) as [number | null];
}

const WHY = {
  full: /: no space left on device$/m,
  closed: /its reader has closed it: write EPIPE/,
};

/** It failed, and reported that once, with the reason. */
function expectReportedFailure({ code, stderr }: Ending, how: DeadEnd): void {
  expect(stderr).toMatch(/^bsmount: cannot write to standard output: /);
  expect(stderr).toMatch(WHY[how]);
  expect(stderr.match(/cannot write/g)).toHaveLength(1);
  expect(code).toBe(1);
}

/** A command that only prints has failed; when the reader has ended, it says nothing, as other programs do. */
export function expectFailedOutput(ending: Ending, how: DeadEnd): void {
  if (how === "closed") expect(ending).toMatchObject({ code: 141, stderr: "" });
  else expectReportedFailure(ending, how);
}

/** The same for a command that changes something and has finished its work. */
export function expectDoneAllTheSame(ending: Ending, how: DeadEnd): void {
  expectReportedFailure(ending, how);
  expect(ending.stderr).toMatch(/warning: the command finished its work all the same\n$/);
}
