import { type ChildProcess, execFile, spawn } from "node:child_process";
import { accessSync, constants, mkdirSync, readFileSync, rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { mountedOn } from "../../src/linux/mount-table.ts";
import type { MountChildMessage, MountChildPayload } from "./mount-child.ts";

const run = promisify(execFile);

export const MOUNT_CHILD: string = fileURLToPath(new URL("mount-child.ts", import.meta.url));

/** The time limit of commands on a mount; a mount that hangs must not hang the tests. */
const COMMAND_TIMEOUT_MS = 30_000;

/** Fails with the one message that explains every failure of these tests on such a machine. */
export function requireFuse(): void {
  try {
    accessSync("/dev/fuse", constants.R_OK | constants.W_OK);
  } catch {
    throw new Error(
      "kernel mount tests need /dev/fuse: run them as root, or with --device /dev/fuse",
    );
  }
}

/** A private folder with a mount point and a runtime folder, removed together with what is mounted there. */
export class MountPlace implements AsyncDisposable {
  readonly folder: string;
  readonly mountPoint: string;
  readonly runtimeFolder: string;
  readonly logFile: string;
  readonly #children: MountedChild[] = [];

  private constructor(folder: string) {
    this.folder = folder;
    this.mountPoint = join(folder, "mount point");
    this.runtimeFolder = join(folder, "run");
    this.logFile = join(folder, "log", "mount.log");
  }

  static async create(): Promise<MountPlace> {
    requireFuse();
    const place = new MountPlace(await mkdtemp(join(tmpdir(), "bsmount-test-")));
    mkdirSync(place.mountPoint);
    return place;
  }

  get payload(): MountChildPayload {
    const { mountPoint, runtimeFolder, logFile } = this;
    return { mountPoint, runtimeFolder, logFile };
  }

  get isMounted(): boolean {
    return mountedOn(this.mountPoint) !== undefined;
  }

  log(): string {
    return readFileSync(this.logFile, "utf8");
  }

  /** Mounts the test content here, until it is disposed. */
  async mount(more: Partial<MountChildPayload> = {}): Promise<MountedChild> {
    const child = await MountedChild.start({ ...this.payload, ...more });
    this.#children.push(child);
    return child;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) await child[Symbol.asyncDispose]();
    while (this.isMounted) await run("umount", ["-l", this.mountPoint]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A child process that has mounted the test content. */
export class MountedChild implements AsyncDisposable {
  readonly process: ChildProcess;
  readonly notices: string[] = [];
  readonly exited: Promise<number | string>;
  stderr = "";

  private constructor(payload: MountChildPayload, env: Readonly<Record<string, string>>) {
    this.process = spawn(process.execPath, ["--import", "tsx", MOUNT_CHILD], {
      stdio: ["ignore", "inherit", "pipe", "ipc"],
      env: { ...process.env, ...env, MOUNT_CHILD: JSON.stringify(payload) },
    });
    this.process.stderr?.on("data", (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.exited = new Promise((resolve) => {
      this.process.once("close", (code, signal) => resolve(code ?? signal ?? "unknown"));
    });
  }

  /**
   * `env` is added to the child's environment.
   * @throws Error with what the child printed, when it ended before it mounted
   */
  static async start(
    payload: MountChildPayload,
    env: Readonly<Record<string, string>> = {},
  ): Promise<MountedChild> {
    const child = new MountedChild(payload, env);
    const mounted = new Promise<true>((resolve) => {
      child.process.on("message", (message: MountChildMessage) => {
        if ("mounted" in message) resolve(true);
        else child.notices.push(message.notice);
      });
    });
    const first = await Promise.race([mounted, child.exited]);
    if (first !== true) throw new Error(child.stderr.trim());
    return child;
  }

  get pid(): number {
    return this.process.pid ?? 0;
  }

  /** Ends the child by force and waits for it. */
  async kill(): Promise<void> {
    this.process.kill("SIGKILL");
    await this.exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) await this.kill();
  }
}

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program on a mount, in the C locale, with a time limit; never rejects. */
export async function command(program: string, ...args: readonly string[]): Promise<CommandResult> {
  try {
    const { stdout, stderr } = await run(program, args, {
      timeout: COMMAND_TIMEOUT_MS,
      killSignal: "SIGKILL",
      maxBuffer: 64 * 1024 * 1024,
      env: { ...process.env, LC_ALL: "C.UTF-8" },
    });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const failed = error as { code?: number | string; stdout?: string; stderr?: string };
    const code = typeof failed.code === "number" ? failed.code : -1;
    return { code, stdout: failed.stdout ?? "", stderr: failed.stderr ?? String(error) };
  }
}
