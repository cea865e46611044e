#!/usr/bin/env node
import process from "node:process";
import { reasonOf } from "../core/errors.ts";
import { isDaemon, runDaemon } from "../mount/index.ts";
import { EXIT, exitCodeOf } from "./exit-codes.ts";
import type { MountPlan } from "./mount-plan.ts";

// What a command does not use is not loaded: `status` needs neither the client nor the emulator.
if (isDaemon()) process.exit(await serveAsDaemon());
process.exitCode = await runCommandLine();
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
  const { serveMount } = await import("./serve-mount.ts");
  try {
    await runDaemon(async (payload, hooks) => await serveMount(payload as MountPlan, hooks));
    return 0;
  } catch (error) {
    return exitCodeOf(reasonOf(error));
  }
}
