import type { FileSystem } from "../fs/file-system.ts";

/** How the kernel is asked to treat a mount. */
export interface MountOptions {
  /** An existing, empty directory; absolute. */
  readonly mountPoint: string;
  /** Refuses every write in the kernel already. */
  readonly readOnly: boolean;
  /** Other users may enter; the kernel then checks modes (`default_permissions`, always together). */
  readonly allowOther: boolean;
  /** Nothing on the mount can be run as a program. */
  readonly noexec: boolean;
  /** How long the kernel keeps attributes and names, in milliseconds (1000 to 2000). */
  readonly attributeTtlMs: number;
  /** How long the kernel keeps known-absent names, in milliseconds. */
  readonly negativeTtlMs: number;
  /** Kernel requests in flight in the background (readahead). */
  readonly maxBackground: number;
  /** An operation that takes longer is answered ETIMEDOUT, in milliseconds. */
  readonly deadlineMs: number;
}

/** A live mount. */
export interface Mounted {
  readonly mountPoint: string;
  /**
   * Settles once the mount is gone from the kernel's table, however that came about; never rejects. Nobody can
   * enter it any more, but who has something open in it goes on until {@link ended}.
   */
  readonly detached: Promise<void>;
  /** Settles once nobody has anything open in it any more, or its connection is dead; never rejects. */
  readonly ended: Promise<void>;
  /**
   * Takes the mount down; `lazy` detaches it though somebody still uses it.
   * @throws BsmountError `busy` (not lazy, still in use)
   */
  unmount(options: { readonly lazy: boolean }, signal: AbortSignal): Promise<void>;
  /** Ends at once, whoever still has something open: they get ENOTCONN when the process ends. */
  abandon(): void;
}

/** A binding to the kernel. The only implementation today is fuse-native's (libfuse 2). */
export interface Driver {
  /**
   * @throws BsmountError `environment` when libfuse, fusermount or /dev/fuse is missing or unusable, with
   * the remedy; `usage` when the mount point cannot be used.
   */
  mount(fileSystem: FileSystem, options: MountOptions, signal: AbortSignal): Promise<Mounted>;
}
