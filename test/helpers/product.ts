import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import type { ReadyLine } from "../../src/emulator/ready-line.ts";
import { type CommandOutcome, runCommand, runShell } from "./run-command.ts";
import { type TempDir, tempDir } from "./temp-dir.ts";

const CLI = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

/**
 * bsmount as its users have it: the built command in processes of its own, a local BaseSpace in another.
 * Folders, sockets and profiles are below `dir`; disposing unmounts and ends everything.
 */
export interface Product extends AsyncDisposable {
  readonly dir: TempDir;
  readonly mountPoint: string;
  readonly emulator: ReadyLine;
  /** The environment in which `bsmount` uses this server, profile and state. */
  readonly environment: Readonly<Record<string, string>>;
  /** Runs `bsmount …`; `env` replaces variables (undefined removes one). */
  bsmount(
    args: readonly string[],
    env?: Record<string, string | undefined>,
  ): Promise<CommandOutcome>;
  /** Runs a bash command in a folder below the mount point. */
  shell(command: string, folder?: string): Promise<CommandOutcome>;
  /** Makes another empty mount point. */
  newMountPoint(): Promise<string>;
  /** Makes an app result in the demo's first project, without any mount noticing. */
  newResult(name: string): Promise<void>;
  /** Replaces the fault rules of the emulator; without an argument it has none. */
  faults(...rules: readonly string[]): Promise<void>;
  /**
   * Kills the emulator and starts it again on its port after this time, in milliseconds; only with `--data` does it
   * keep its account. `meanwhile` is called once the port is closed.
   */
  restartEmulator(awayMs: number, meanwhile?: () => void): Promise<void>;
}

export interface ProductOptions {
  /** Arguments of `bsmount emulator`. @default the demo's account, in memory */
  readonly emulatorArgs?: readonly string[];
  /** Arguments of `bsmount mount`; without a list nothing is mounted. @default [] */
  readonly mountArgs?: readonly string[] | null;
}

export async function startProduct(options: ProductOptions = {}): Promise<Product> {
  const dir = await tempDir();
  const emulatorArgs = options.emulatorArgs ?? [];
  const emulator = await startEmulatorCommand(emulatorArgs);
  const product = assemble(dir, emulator, emulatorArgs);
  await mkdir(product.mountPoint);
  await mkdir(dir.join("run"), { mode: 0o700 });
  const { mountArgs = [] } = options;
  if (mountArgs === null) return product;
  const { code, stderr } = await product.bsmount(["mount", product.mountPoint, ...mountArgs]);
  if (code === 0) return product;
  await product[Symbol.asyncDispose]();
  throw new Error(`bsmount mount failed: ${stderr}`);
}

interface RunningEmulator {
  /** Another one after a restart. */
  child: ChildProcess;
  readonly ready: ReadyLine;
}

function assemble(
  dir: TempDir,
  running: RunningEmulator,
  emulatorArgs: readonly string[],
): Product {
  const { ready } = running;
  const mountPoint = dir.join("basespace");
  const environment = {
    HOME: dir.path,
    XDG_RUNTIME_DIR: dir.join("run"),
    XDG_STATE_HOME: dir.join("state"),
    XDG_CACHE_HOME: dir.join("cache"),
    BASESPACE_API_SERVER: ready.apiServer,
    BASESPACE_ACCESS_TOKEN: ready.accessToken,
  };
  let mountPoints = 0;
  const bsmount: Product["bsmount"] = async (args, env = {}) =>
    await runCommand(process.execPath, [CLI, ...args], { env: { ...environment, ...env } });
  return {
    dir,
    mountPoint,
    emulator: ready,
    environment,
    bsmount,
    shell: async (command, folder = ".") => await runShell(command, `${mountPoint}/${folder}`),
    newMountPoint: async () => {
      const path = dir.join(`mount-${(mountPoints += 1)}`);
      await mkdir(path);
      return path;
    },
    newResult: async (name) => await newResult(ready, name),
    faults: async (...rules) => await setFaults(ready, rules),
    restartEmulator: async (awayMs, meanwhile) => {
      await endChild(running.child, "SIGKILL");
      meanwhile?.();
      await delay(awayMs);
      const { port } = new URL(ready.apiServer);
      running.child = (await startEmulatorCommand([...emulatorArgs, "--port", port])).child;
    },
    [Symbol.asyncDispose]: async () => {
      await bsmount(["unmount", "--lazy", mountPoint]);
      await runCommand("fusermount3", ["-u", "-z", "-q", mountPoint]);
      const leaks = await leaksOf(running.child, ready);
      await endChild(running.child);
      await dir[Symbol.asyncDispose]();
      expect(leaks, "credentials that were sent to the object store").toEqual([]);
    },
  };
}

async function startEmulatorCommand(args: readonly string[]): Promise<RunningEmulator> {
  const child = spawn(process.execPath, [CLI, "emulator", ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    return { child, ready: JSON.parse(line) as ReadyLine };
  }
  throw new Error("bsmount emulator ended before it was ready");
}

async function newResult({ apiServer, accessToken }: ReadyLine, name: string): Promise<void> {
  const made = await fetch(`${apiServer}/v1pre3/projects/1001/appresults`, {
    method: "POST",
    headers: { authorization: `Bearer ${accessToken}`, "content-type": "application/json" },
    body: JSON.stringify({ Name: name }),
  });
  expect(made.status).toBe(201);
}

async function setFaults({ apiServer }: ReadyLine, rules: readonly string[]): Promise<void> {
  const cleared = await fetch(`${apiServer}/__faults`, { method: "DELETE" });
  expect(cleared.ok).toBe(true);
  if (rules.length === 0) return;
  const set = await fetch(`${apiServer}/__faults`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(rules),
  });
  expect(set.ok).toBe(true);
}

/** Credentials that were sent to its object store; none when the emulator has ended. */
async function leaksOf(child: ChildProcess, { apiServer }: ReadyLine): Promise<unknown> {
  if (child.exitCode !== null || child.signalCode !== null) return [];
  return await (await fetch(`${apiServer}/__leaks`)).json();
}

async function endChild(child: ChildProcess, signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill(signal);
  await exited;
}
