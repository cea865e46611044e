import { setTimeout as delay } from "node:timers/promises";
import { BsmountError } from "../../src/core/errors.ts";
import type { FileSystem } from "../../src/fs/file-system.ts";
import { MetricsCollector } from "../../src/metrics/metrics.ts";
import {
  type ForegroundHooks,
  isDaemon,
  type MountableSession,
  openLogFile,
  runDaemon,
  runForeground,
} from "../../src/mount/mount.ts";
import { mountContent } from "./mount-content.ts";

/*
 * A program that mounts the test content and runs until the mount ends. A process that touches its own mount would wait
 * for itself, so tests never mount in their own process. Started either directly, with
 * its payload in the environment and its progress sent over IPC, or by `startDaemon`.
 */

export interface MountChildPayload {
  readonly mountPoint: string;
  readonly runtimeFolder: string;
  readonly logFile: string;
  readonly ownFolders?: readonly string[];
  readonly readOnly?: boolean;
  readonly allowOther?: boolean;
  readonly deadlineMs?: number;
  /** How long reads of files under `slow/` take, and setting an attribute of any file, in milliseconds. */
  readonly slowMs?: number;
  /** Opening the session fails with this text. */
  readonly failWith?: string;
}

/** The messages of a child that was started directly to its parent. */
export type MountChildMessage = { readonly mounted: string } | { readonly notice: string };

async function serve(payload: MountChildPayload, hooks: ForegroundHooks): Promise<void> {
  await using log = await openLogFile(payload.logFile, "debug");
  await runForeground(
    async () => openTestSession(payload),
    { ...payload, logger: log.logger },
    hooks,
  );
}

/** Nothing in the test content is an app result, so there is nothing to upload and no status to set. */
const WITHOUT_UPLOADS = {
  uploads: () => ({ pending: 0, failed: 0, awaitingRename: 0, awaitingCommit: 0, interrupted: 0 }),
  unfinishedFiles: () => ({
    open: [],
    pending: 0,
    leftBytes: 0,
    awaitingRename: [],
    awaitingCommit: [],
    failed: [],
    interrupted: [],
  }),
  unfinishedUploads: {
    list: async () => [],
    progress: async () => ({ pending: 0, open: 0, left: 0, leftBytes: 0 }),
    retry: async () => "removed",
    commit: async () => "removed",
    discard: async () => "removed",
  },
  stillOpen: async () => [],
  unfinishedIn: async () => ({ open: [], left: [] }),
  keepTemporaryNames: async () => {},
  discardTemporaryNames: async () => {},
  commitUploads: async () => {},
  finishUploads: async () => {},
  hurry: () => {},
  completion: {
    complete: async () => ({ completed: [], notCompleted: [] }),
    leave: async () => ({ completed: [], notCompleted: [] }),
  },
  setStatus: async () => {
    throw new BsmountError("usage", "there is no app result");
  },
} satisfies Partial<MountableSession>;

function openTestSession(payload: MountChildPayload): MountableSession {
  if (payload.failWith !== undefined) throw new Error(payload.failWith);
  const fileSystem = mountContent();
  const metrics = new MetricsCollector();
  let refreshes = 0;
  if (payload.slowMs !== undefined) slowDown(fileSystem, payload.slowMs);
  return {
    fileSystem,
    describe: () => ({
      apiServer: "https://api.example.test",
      user: "Test User",
      profile: "default",
      layout: "default",
      writeMode: "through",
      cacheDir: "/nowhere/cache",
      stagingDir: "/nowhere/staging",
    }),
    refresh: async () => {
      refreshes += 1;
      fileSystem.addFile(`refreshed-${refreshes}`);
    },
    metrics: async () => await metrics.snapshot(),
    ...WITHOUT_UPLOADS,
    [Symbol.asyncDispose]: async () => metrics[Symbol.dispose](),
  };
}

/** Delays reads of the file in `slow/`, and every change of an attribute. */
function slowDown(fileSystem: ReturnType<typeof mountContent>, slowMs: number): void {
  const read: FileSystem["read"] = fileSystem.read.bind(fileSystem);
  const slow = fileSystem.lookup(fileSystem.root, "slow");
  if (slow instanceof Promise) throw new Error("reads of the test content return in the same turn");
  const slowFile = fileSystem.lookup(slow.ino, "slow.bin");
  if (slowFile instanceof Promise)
    throw new Error("reads of the test content return in the same turn");
  fileSystem.change.setxattr = async (...[, , , signal]) => {
    await delay(slowMs, undefined, { signal });
  };
  fileSystem.read = (handle, offset, into, signal) =>
    fileSystem.openHandles.get(handle)?.ino === slowFile.ino
      ? delay(slowMs, undefined, { signal }).then(
          async () => await read(handle, offset, into, signal),
        )
      : read(handle, offset, into, signal);
}

function tell(message: MountChildMessage): void {
  process.send?.(message);
}

try {
  if (isDaemon()) {
    await runDaemon(async (payload, hooks) => await serve(payload as MountChildPayload, hooks));
  } else {
    const payload = JSON.parse(process.env["MOUNT_CHILD"] ?? "{}") as MountChildPayload;
    await serve(payload, {
      onMounted: (mount) => tell({ mounted: mount.mountPoint }),
      onNotice: (notice) => tell({ notice }),
    });
    if (process.connected) process.disconnect();
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
  if (process.connected) process.disconnect();
}
