#!/usr/bin/env node
// The first import, because SIGUSR1 opens the debugger until it has run.
import "../core/no-debugger.ts";
import "../core/tight-heap.ts";
import process from "node:process";
import { isOutOfDescriptors, MORE_DESCRIPTORS } from "../core/descriptors.ts";
import { reasonOf } from "../core/errors.ts";
import { EXIT, exitCodeOf } from "./exit-codes.ts";
import type { MountPlan } from "./mount-plan.ts";

try {
  // Modules are loaded when a command needs them: `status` needs neither the client nor the emulator.
  const { isDaemon } = await import("../mount/mount.ts");
  if (isDaemon()) process.exit(await serveAsDaemon());
  process.exitCode = await runCommandLine();
} catch (error) {
  if (!isOutOfDescriptors(error)) throw error;
  process.exitCode = exitCodeOf("no-descriptors");
  const problem = "cannot load the program: this process has no free file descriptor";
  process.stderr.write(`bsmount: ${problem}\n  try: ${MORE_DESCRIPTORS}\n`);
}
// An interrupted command does not wait for a reader that has stopped reading its output.
if (process.exitCode === EXIT.interrupted) process.exit();

async function runCommandLine(): Promise<number> {
  const { run } = await import("./cli.ts");
  return await run(process.argv.slice(2));
}

/**
 * Serves a mount in the background, and returns the exit code. `runDaemon` reports errors to the parent, which prints
 * them, and to the log. The caller exits at once: a call on a hanging mount must not keep the process alive.
 */
async function serveAsDaemon(): Promise<number> {
  const { runDaemon } = await import("../mount/mount.ts");
  const { serveMount } = await import("./serve-mount.ts");
  try {
    await runDaemon(async (payload, hooks) => await serveMount(payload as MountPlan, hooks));
    return 0;
  } catch (error) {
    return exitCodeOf(reasonOf(error));
  }
}
