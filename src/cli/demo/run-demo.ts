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
import { type DemoStep, demoSteps, OWN_RESULT, TOOLS, writingSteps } from "./steps.ts";
import { wireReport } from "./wire-report.ts";

/**
 * Starts the emulator, mounts it, runs the steps and says what went over the wire; unless it is to run
 * only once, it then stays until Ctrl-C. However it ends, it takes everything down again.
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
  printLine(`\nUnmounting. ${whatStays(await findHolders(mountPoint))}`);
  return EXIT.done;
}

/** The mount is detached though somebody uses it, and its process serves him until he leaves. */
function whatStays(holders: readonly Holder[]): string {
  const commands = new Map(holders.map(({ pid, command }) => [pid, printable(command)]));
  const named = [...commands].map(([pid, command]) => `${pid} (${command})`);
  if (named.length === 0) return "Nothing stays behind.";
  return `It is still in use by ${named.join(", ")}: its process ends when nobody uses it any more.`;
}

/** Tools that the demo shows at work and that are not installed. */
async function missingTools(signal: AbortSignal): Promise<readonly string[]> {
  const missing: string[] = [];
  for (const tool of TOOLS) {
    const [found] = await runShell(`{ command -v ${tool} || true; }`, "/", signal);
    if (found === "") missing.push(tool);
  }
  return missing;
}

function showMissing(missing: readonly string[]): void {
  printTitle("What was left out");
  printLine(`not installed: ${missing.join(", ")}. To see those steps too:`);
  printLine(`apt-get install ${missing.join(" ")}`);
}

async function showTree(mount: DemoMount, signal: AbortSignal): Promise<void> {
  printTitle("What there is");
  for (const [path, depth] of [
    ["bs:/", "3"],
    ["bs:/projects/Phage lambda", "6"],
  ] as const) {
    printLine(`$ bsmount tree '${path}' -L ${depth}`);
    printOutput(await mount.bsmount(["tree", path, "-L", depth], signal), 60);
  }
}

interface DemoPlace {
  readonly mountPoint: string;
  readonly missing: readonly string[];
}

async function showStep(
  { title, folder, command, maxLines }: DemoStep,
  { mountPoint, missing }: DemoPlace,
  signal: AbortSignal,
): Promise<void> {
  if (title !== undefined) printTitle(title);
  if (folder !== "") printLine(`$ cd '${folder}'`);
  printLine(`$ ${command}`);
  const lacking = missing.filter((tool) => command.includes(`${tool} `));
  if (lacking.length > 0) {
    printLine(`  left out: ${lacking.join(", ")} not installed`);
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
  printTitle("Complete: from now on nobody can change it");
  const summary = "reads and variants of one region";
  printLine(`$ bsmount complete '${OWN_RESULT}' --summary '${summary}'`);
  const path = join(mountPoint, OWN_RESULT);
  for (const line of await mount.bsmount(["complete", path, "--summary", summary], signal)) {
    printLine(`  ${line.replace(`${mountPoint}/`, "")}`);
  }
}

async function showWire(mount: DemoMount, signal: AbortSignal): Promise<void> {
  printTitle("What went over the wire");
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

/** Columns that a tool separates by tabs are aligned, so that they fit a terminal. */
function printOutput(lines: readonly string[], maxLines: number): void {
  const shown = lines.slice(0, maxLines);
  const rows = shown.map((line) => line.split("\t").map(printable));
  for (const line of table(rows, new Set())) printLine(`  ${line}`);
  if (lines.length > maxLines) printLine(`  … ${lines.length - maxLines} more lines`);
}
