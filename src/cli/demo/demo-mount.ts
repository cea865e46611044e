import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import process from "node:process";
import { text } from "node:stream/consumers";
import { neverAborted } from "../../core/abort.ts";
import { BsmountError } from "../../core/errors.ts";
import type { Emulator } from "../../emulator/options.ts";
import type { MetricsSnapshot } from "../../metrics/metrics.ts";
import { metricsAt } from "../../mount/mount.ts";
import { thisCommand } from "../systemd-unit.ts";
import { writeDemoShell } from "./demo-shell.ts";

export interface DemoMountOptions {
  readonly emulator: Emulator;
  /** For the files of the mount itself, so that the demo leaves nothing behind. */
  readonly folder: string;
  readonly mountPoint: string;
}

/** The mount of the demo; mounted and unmounted with the commands that a user types. */
export interface DemoMount extends AsyncDisposable {
  /** Runs `bsmount …` and returns the lines that it prints. @throws BsmountError `unavailable` when it fails */
  bsmount(args: readonly string[], signal: AbortSignal): Promise<readonly string[]>;
  metrics(signal: AbortSignal): Promise<MetricsSnapshot>;
  /** A file to be sourced by a shell, so that `bsmount` works on the demo's mount there. */
  readonly shellFile: string;
}

export async function demoMount(
  { emulator, folder, mountPoint }: DemoMountOptions,
  signal: AbortSignal,
): Promise<DemoMount> {
  const environment = {
    BASESPACE_API_SERVER: emulator.apiServer,
    BASESPACE_ACCESS_TOKEN: emulator.accessToken,
    XDG_RUNTIME_DIR: join(folder, "run"),
    XDG_STATE_HOME: join(folder, "state"),
    XDG_CACHE_HOME: join(folder, "cache"),
  };
  const runtimeFolder = join(environment.XDG_RUNTIME_DIR, "bsmount");
  const bsmount: DemoMount["bsmount"] = async (args, signal) =>
    await runBsmount(args, environment, signal);
  await bsmount(["mount", mountPoint], signal);
  const shellFile = await writeDemoShell({ folder, environment, command: thisCommand() });
  return {
    bsmount,
    shellFile,
    metrics: async (signal) => await metricsAt(mountPoint, { runtimeFolder }, signal),
    // A shell may still be in the mount when the demo ends.
    [Symbol.asyncDispose]: async () =>
      void (await bsmount(["unmount", "--lazy", mountPoint], neverAborted)),
  };
}

async function runBsmount(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const child = spawn(process.execPath, [...process.execArgv, process.argv[1] ?? "", ...args], {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
    signal,
  });
  const [output, errors, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close") as Promise<[number | null]>,
  ]);
  if (code === 0) return output.trimEnd().split("\n");
  signal.throwIfAborted();
  throw commandError(errors.trim(), args);
}

/** Turns the standard error of a bsmount command back into an error, without the prefixes that printing adds. */
function commandError(stderr: string, [command = ""]: readonly string[]): BsmountError {
  const [problem = "", remedy] = stderr.split(/\n {2}try: /);
  const text = problem.replaceAll(/^bsmount: /gm, "");
  return new BsmountError(
    "unavailable",
    text === "" ? `${command} failed` : text,
    remedy === undefined ? {} : { remedy },
  );
}
