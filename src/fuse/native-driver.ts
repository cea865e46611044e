import type Fuse from "fuse-native";
import { type Clock, systemClock } from "../core/clock.ts";
import { neverAborted } from "../core/abort.ts";
import { BsmountError } from "../core/errors.ts";
import type { FileSystem } from "../fs/file-system.ts";
import { OperationRunner } from "./operation-runner.ts";
import type { Driver, Mounted, MountOptions } from "./driver.ts";
import { type FuseConstructor, loadBinding } from "./load-binding.ts";
import { bindingOptions } from "./mount-options.ts";
import { type MountEntry, mountedOn } from "../linux/mount-table.ts";
import { fuseDescriptors } from "./mount-watch.ts";
import { NativeMount } from "./native-mount.ts";
import { OpenMountTable } from "../linux/open-mount-table.ts";
import type { OperationContext } from "./operation-context.ts";
import { allOperations } from "./fuse.ts";
import { OtherWriters } from "./other-writers.ts";
import { PathNodes } from "./path-nodes.ts";
import { checkFuseSupport, fuseSupportHere } from "./preflight.ts";
import { setReadAhead } from "./read-ahead.ts";
import { unmountWithTools } from "../linux/unmount.ts";
import { createBinding } from "./xattr-overrides.ts";

/** The limit from mount(2) to the kernel's first request, which usually takes milliseconds. */
const INIT_TIMEOUT_MS = 20_000;

export interface NativeDriverOptions {
  readonly clock?: Clock;
}

/** The driver over fuse-native, which is loaded at the first mount. One process may have several mounts. */
export function createNativeDriver(options: NativeDriverOptions = {}): Driver {
  const clock = options.clock ?? systemClock;
  return {
    mount: async (fileSystem, mountOptions, signal) => {
      checkFuseSupport(fuseSupportHere(), mountOptions);
      const binding = await loadBinding();
      signal.throwIfAborted();
      disarmUnmount(binding);
      return mountWith(binding, createContext(fileSystem, mountOptions, clock), {
        options: mountOptions,
        signal,
      });
    },
  };
}

/** The binding would unmount with a shell command that contains the path; this leaves only what it does afterwards. */
function disarmUnmount(binding: FuseConstructor): void {
  binding.unmount = (_mountPoint, done) => process.nextTick(done, null);
}

function createContext(
  fileSystem: FileSystem,
  options: MountOptions,
  clock: Clock,
): OperationContext {
  return {
    fileSystem,
    nodes: new PathNodes(fileSystem, { clock, ttlMs: options.attributeTtlMs }),
    runner: new OperationRunner({ clock, deadlineMs: options.deadlineMs }),
    writers: new OtherWriters({ clock, mount: { mountPoint: options.mountPoint } }),
  };
}

async function mountWith(
  binding: FuseConstructor,
  context: OperationContext,
  { options, signal }: { readonly options: MountOptions; readonly signal: AbortSignal },
): Promise<Mounted> {
  const { mountPoint } = options;
  const operations = allOperations(context);
  const fuse = createBinding(
    binding,
    { mountPoint, operations, options: bindingOptions(options) },
    context,
  );
  const before = fuseDescriptors();
  const covered = mountedOn(mountPoint)?.id;
  const table = new OpenMountTable();
  try {
    await start(fuse, { mountPoint, covered, signal });
    const after = before === undefined ? undefined : fuseDescriptors();
    const descriptor = [...(after ?? [])].find((number) => before?.has(number) === false);
    const entry = newEntry(table, mountPoint, covered);
    const { runner, writers } = context;
    runner.beforeFirstCall(() => setReadAhead(entry.device));
    writers.mountedAs(entry);
    return new NativeMount({ fuse, mountPoint, entry, table, descriptor, context });
  } catch (error) {
    table[Symbol.dispose]();
    throw error;
  }
}

/** @throws BsmountError `usage` when the topmost mount is still the one that was there before */
function newEntry(
  table: OpenMountTable,
  mountPoint: string,
  covered: number | undefined,
): MountEntry {
  const entry = table.mountedOn(mountPoint);
  if (entry === undefined || entry.id === covered) {
    throw new BsmountError(
      "usage",
      `${mountPoint} was mounted, but the mount table does not list it`,
      { remedy: "give the mount point as an absolute path without symbolic links" },
    );
  }
  return entry;
}

/** Mounts, and waits for the kernel's first request; unmounts again when that fails. */
async function start(
  fuse: Fuse,
  {
    mountPoint,
    covered,
    signal,
  }: {
    readonly mountPoint: string;
    readonly covered: number | undefined;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(INIT_TIMEOUT_MS)]);
  try {
    await mounted(fuse, limit);
  } catch (error) {
    if (mountedOn(mountPoint)?.id !== covered) {
      await unmountWithTools(mountPoint, { lazy: true }, neverAborted).catch(() => {});
    }
    fuse.unmount(() => {});
    signal.throwIfAborted();
    throw new BsmountError("environment", `the kernel did not accept the mount on ${mountPoint}`, {
      cause: error,
      remedy:
        "see the message of libfuse above, if any; in a container: docker run --device /dev/fuse --cap-add SYS_ADMIN",
    });
  }
}

async function mounted(fuse: Fuse, limit: AbortSignal): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const onAbort = (): void => reject(limit.reason);
    limit.addEventListener("abort", onAbort, { once: true });
    fuse.mount((error) => {
      limit.removeEventListener("abort", onAbort);
      if (error === null || error === undefined) resolve();
      else reject(error);
    });
  });
}
