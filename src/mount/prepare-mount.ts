import { ensurePrivateFolder } from "../linux/private-folder.ts";
import { lockMount } from "./mount-lock.ts";
import { canonicalMountPoint, checkMountPoint } from "./mount-point.ts";
import { recoverDeadMount } from "./recover-dead-mount.ts";

export interface PrepareOptions {
  /** An existing, empty folder. */
  readonly mountPoint: string;
  /** The folder of the control sockets of live mounts; created with mode 0700. */
  readonly runtimeFolder: string;
  /** Cache, state, staging and log folders, which the mount must not hide: it would wait for itself. @default none */
  readonly ownFolders?: readonly string[];
}

/** A usable mount point, locked for this process until it is disposed. */
export interface PreparedMount extends AsyncDisposable {
  /** Without symbolic links. */
  readonly mountPoint: string;
  readonly runtimeFolder: string;
  /** Whether a dead mount was unmounted there. */
  readonly recovered: boolean;
}

/**
 * Checks and locks a mount point, and unmounts a dead mount on it. Needs no session, so that a wrong mount point is
 * reported before the first request.
 * @throws BsmountError `usage`, `busy`, `environment`
 */
export async function prepareMount(
  options: PrepareOptions,
  signal: AbortSignal,
): Promise<PreparedMount> {
  const { runtimeFolder, ownFolders = [] } = options;
  const mountPoint = await canonicalMountPoint(options.mountPoint);
  await ensurePrivateFolder(runtimeFolder);
  const lock = await lockMount(runtimeFolder, mountPoint);
  try {
    const recovered = await recoverDeadMount(mountPoint, signal);
    await checkMountPoint(mountPoint, [...ownFolders, runtimeFolder]);
    return {
      mountPoint,
      runtimeFolder,
      recovered,
      [Symbol.asyncDispose]: async () => await lock[Symbol.asyncDispose](),
    };
  } catch (error) {
    await lock[Symbol.asyncDispose]();
    throw error;
  }
}
