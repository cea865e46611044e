/*
 * Begin here: `demo/` is what `bsmount demo` does. `runDemo` starts the emulator, mounts it (`demo-mount.ts`), runs
 * the commands of `steps.ts` in bash (`run-shell.ts`) and prints what went over the network (`wire-report.ts`).
 */

import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OwnedResources } from "../../core/owned-resources.ts";
import { DEMO_CATALOG, DEMO_MD5SUMS } from "../../emulator/demo-catalog.ts";
import { startEmulator } from "../../emulator/start-emulator.ts";
import { findHolders, type Holder } from "../../linux/mount-holders.ts";
import type { CommandContext, CommandResult } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { printLine, table } from "../output.ts";
import { printable } from "../../core/terminal-text.ts";
import { untilAborted } from "../until-aborted.ts";
import { demoMount, type DemoMount } from "./demo-mount.ts";
import { runShell } from "./run-shell.ts";
import { type DemoStep, demoSteps, NEW_RESULT_PATH, TOOLS, writingSteps } from "./steps.ts";
import { wireReport } from "./wire-report.ts";

/**
 * Starts the emulator, mounts it, runs the steps and prints what was transferred; unless `once` is set, stays until
 * Ctrl-C. Unmounts and removes everything at the end, even after a failure.
 */
export async function runDemo(once: boolean, { signal }: CommandContext): CommandResult {
  const missing = await missingTools(signal);
  await using owned = new OwnedResources();
  const folder = await mkdtemp(join(tmpdir(), "bsmount-demo-"));
  owned.use({
    [Symbol.asyncDispose]: async () => await rm(folder, { recursive: true, force: true }),
  });
  const emulator = owned.use(await startEmulator({ catalogFile: DEMO_CATALOG }));
  const mountPoint = join(folder, "basespace");
  await mkdir(mountPoint);
  const mount = owned.use(await demoMount({ emulator, folder, mountPoint }, signal));
  printLine(`local BaseSpace  ${emulator.apiServer}`);
  printLine(`mounted at       ${mountPoint}`);
  await showTree(mount, signal);
  for (const step of [...demoSteps(DEMO_MD5SUMS), ...writingSteps()]) {
    await showStep(step, { mountPoint, missing }, signal);
  }
  await showCompletion(mount, mountPoint, signal);
  await showWire(mount, signal);
  if (missing.length > 0) showMissing(missing);
  if (once) return EXIT.done;
  showInvitation(mount, mountPoint);
  await untilAborted(signal);
  printLine(`\nUnmounting. ${describeHolders(await findHolders(mountPoint))}`);
  return EXIT.done;
}

/** A mount that is in use is detached, and its process runs until it is unused. */
function describeHolders(holders: readonly Holder[]): string {
  const commands = new Map(holders.map(({ pid, command }) => [pid, printable(command)]));
  const named = [...commands].map(([pid, command]) => `${pid} (${command})`);
  if (named.length === 0) return "Nothing is left behind.";
  return `It is still in use by ${named.join(", ")}: its process ends when that use ends.`;
}

/** The tools of the demo that are not installed. */
async function missingTools(signal: AbortSignal): Promise<readonly string[]> {
  const missing: string[] = [];
  for (const tool of TOOLS) {
    const [found] = await runShell(`{ command -v ${tool} || true; }`, "/", signal);
    if (found === "") missing.push(tool);
  }
  return missing;
}

function showMissing(missing: readonly string[]): void {
  printTitle("Skipped steps");
  printLine(`not installed: ${missing.join(", ")}. To run those steps, too:`);
  printLine(`apt-get install ${missing.join(" ")}`);
}

async function showTree(mount: DemoMount, signal: AbortSignal): Promise<void> {
  printTitle("The tree");
  for (const [path, depth] of [
    ["bs:/", "3"],
    ["bs:/projects/Phage lambda", "6"],
  ] as const) {
    printLine(`$ bsmount tree '${path}' -L ${depth}`);
    printOutput(await mount.bsmount(["tree", path, "-L", depth], signal), 60);
  }
}

interface DemoEnvironment {
  readonly mountPoint: string;
  readonly missing: readonly string[];
}

async function showStep(
  { title, folder, command, maxLines }: DemoStep,
  { mountPoint, missing }: DemoEnvironment,
  signal: AbortSignal,
): Promise<void> {
  if (title !== undefined) printTitle(title);
  if (folder !== "") printLine(`$ cd '${folder}'`);
  printLine(`$ ${command}`);
  const absent = missing.filter((tool) => command.includes(`${tool} `));
  if (absent.length > 0) {
    printLine(`  skipped: ${absent.join(", ")} not installed`);
    return;
  }
  const lines = await runShell(command, join(mountPoint, folder), signal);
  if (lines.join("") !== "") printOutput(lines, maxLines);
}

async function showCompletion(
  mount: DemoMount,
  mountPoint: string,
  signal: AbortSignal,
): Promise<void> {
  printTitle("Complete: from now on it cannot be changed");
  const summary = "reads and variants of one region";
  printLine(`$ bsmount complete '${NEW_RESULT_PATH}' --summary '${summary}'`);
  const path = join(mountPoint, NEW_RESULT_PATH);
  for (const line of await mount.bsmount(["complete", path, "--summary", summary], signal)) {
    printLine(`  ${line.replace(`${mountPoint}/`, "")}`);
  }
}

async function showWire(mount: DemoMount, signal: AbortSignal): Promise<void> {
  printTitle("Requests and bytes");
  for (const line of wireReport(await mount.metrics(signal))) printLine(line);
}

function showInvitation({ shellFile }: DemoMount, mountPoint: string): void {
  printTitle("Look around, in another terminal");
  printLine(`. '${shellFile}'`);
  printLine(`cd '${mountPoint}'`);
  printLine("bsmount status");
  printLine("\nCtrl-C unmounts and ends everything.");
}

function printTitle(title: string): void {
  printLine(`\n── ${title}`);
}

/** Aligns columns that a tool separates by tabs. */
function printOutput(lines: readonly string[], maxLines: number): void {
  const shown = lines.slice(0, maxLines);
  const rows = shown.map((line) => line.split("\t").map(printable));
  for (const line of table(rows, new Set())) printLine(`  ${line}`);
  if (lines.length > maxLines) printLine(`  … ${lines.length - maxLines} more lines`);
}
