import type { FileSystem } from "../fs/file-system.ts";

/** How the kernel treats a mount. */
export interface MountOptions {
  /** An existing, empty directory; absolute. */
  readonly mountPoint: string;
  /** The kernel itself refuses every write. */
  readonly readOnly: boolean;
  /** Other users have access; always together with `default_permissions`, so that the kernel checks modes. */
  readonly allowOther: boolean;
  /** No file on the mount can be executed. */
  readonly noexec: boolean;
  /** How long the kernel keeps attributes and names, in milliseconds; 1000 to 2000. */
  readonly attributeTtlMs: number;
  /** How long the kernel remembers that a name does not exist, in milliseconds. */
  readonly negativeTtlMs: number;
  /** Kernel requests in flight in the background (readahead). */
  readonly maxBackground: number;
  /** Operations that take longer fail with ETIMEDOUT, in milliseconds. */
  readonly deadlineMs: number;
}

/** A live mount. */
export interface Mounted {
  readonly mountPoint: string;
  /**
   * Resolves when the mount is no longer in the mount table, for whatever reason; never rejects. No path leads to it
   * any more, but open files work until {@link ended}.
   */
  readonly detached: Promise<void>;
  /** Resolves when no file of it is open any more, or its connection is dead; never rejects. */
  readonly ended: Promise<void>;
  /**
   * Unmounts; `lazy` detaches a mount that is in use.
   * @throws BsmountError `busy` when it is in use and `lazy` is not set
   */
  unmount(options: { readonly lazy: boolean }, signal: AbortSignal): Promise<void>;
  /** Ends the mount at once: open files fail with ENOTCONN when the process ends. */
  abandon(): void;
}

/** A binding to the kernel; implemented over fuse-native (libfuse 2). */
export interface Driver {
  /**
   * @throws BsmountError `environment` when libfuse, fusermount or /dev/fuse is missing or unusable, with
   * the remedy; `usage` when the mount point cannot be used.
   */
  mount(fileSystem: FileSystem, options: MountOptions, signal: AbortSignal): Promise<Mounted>;
}
