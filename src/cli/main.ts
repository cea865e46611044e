#!/usr/bin/env node
// Before anything else: until then SIGUSR1 opens the debugger.
import "../core/no-debugger.ts";
import "../core/tight-heap.ts";
import process from "node:process";
import { isOutOfDescriptors, MORE_DESCRIPTORS } from "../core/descriptors.ts";
import { reasonOf } from "../core/errors.ts";
import { EXIT, exitCodeOf } from "./exit-codes.ts";
import type { MountPlan } from "./mount-plan.ts";

try {
  // What a command does not use is not loaded: `status` needs neither the client nor the emulator.
  const { isDaemon } = await import("../mount/index.ts");
  if (isDaemon()) process.exit(await serveAsDaemon());
  process.exitCode = await runCommandLine();
} catch (error) {
  if (!isOutOfDescriptors(error)) throw error;
  process.exitCode = exitCodeOf("no-descriptors");
  const problem = "cannot load its program: this process may not open enough files at a time";
  process.stderr.write(`bsmount: ${problem}\n  try: ${MORE_DESCRIPTORS}\n`);
}
// Whoever interrupted it does not wait for a reader that takes no more.
if (process.exitCode === EXIT.interrupted) process.exit();

async function runCommandLine(): Promise<number> {
  const { run } = await import("./run.ts");
  return await run(process.argv.slice(2));
}

/**
 * Its errors have been told to the parent, which prints them, and to the log. Everything it owned is closed
 * when this returns; whatever still keeps the event loop, such as a look at a hanging mount, does not count.
 */
async function serveAsDaemon(): Promise<number> {
  const { runDaemon } = await import("../mount/index.ts");
  const { serveMount } = await import("./serve-mount.ts");
  try {
    await runDaemon(async (payload, hooks) => await serveMount(payload as MountPlan, hooks));
    return 0;
  } catch (error) {
    return exitCodeOf(reasonOf(error));
  }
}
