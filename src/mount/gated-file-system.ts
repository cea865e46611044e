import { abandonOnAbort } from "../core/abort.ts";
import { BsmountError } from "../core/errors.ts";
import type { MaybePromise, FileSystem, Handle } from "../fs/file-system.ts";

/** A file system that can refuse or delay opens; everything else is forwarded to `inner`. */
export interface Gate {
  readonly fileSystem: FileSystem;
  /** Refuses every open from now on; open files keep working. */
  close(): void;
  /** Delays opens until the pause is disposed. */
  pause(): Disposable;
}

/** How long an open waits at most; unmounting takes less. */
const PAUSE_MS = 10_000;

export function gateOpens(inner: FileSystem): Gate {
  let isClosed = false;
  const pauses = new Set<Promise<void>>();
  const check = (): void => {
    if (!isClosed) return;
    throw new BsmountError("aborted", "the mount is ending: it opens and creates no more files");
  };
  const passing = <T>(work: () => MaybePromise<T>, signal: AbortSignal): MaybePromise<T> => {
    check();
    if (pauses.size === 0) return work();
    return waitFor(pauses, signal).then(() => {
      check();
      return work();
    });
  };
  return {
    fileSystem: gated(inner, passing),
    close: () => void (isClosed = true),
    pause: () => {
      let end: () => void = () => {};
      const pause = new Promise<void>((resolve) => {
        end = resolve;
      });
      pauses.add(pause);
      return {
        [Symbol.dispose]: () => {
          pauses.delete(pause);
          end();
        },
      };
    },
  };
}

async function waitFor(pauses: Iterable<Promise<void>>, signal: AbortSignal): Promise<void> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(PAUSE_MS)]);
  await abandonOnAbort(Promise.all(pauses), limit);
}

type Passing = <T>(work: () => MaybePromise<T>, signal: AbortSignal) => MaybePromise<T>;

function gated(inner: FileSystem, passing: Passing): FileSystem {
  const open: FileSystem["open"] = (ino, flags, signal): MaybePromise<Handle> =>
    passing(() => inner.open(ino, flags, signal), signal);
  const create: FileSystem["change"]["create"] = (
    parent,
    name,
    mode,
    signal,
  ): MaybePromise<Handle> => passing(() => inner.change.create(parent, name, mode, signal), signal);
  return {
    root: inner.root,
    change: { ...inner.change, create },
    open,
    lookup: inner.lookup.bind(inner),
    find: inner.find.bind(inner),
    getattr: inner.getattr.bind(inner),
    readlink: inner.readlink.bind(inner),
    opendir: inner.opendir.bind(inner),
    readdir: inner.readdir.bind(inner),
    read: inner.read.bind(inner),
    write: inner.write.bind(inner),
    ftruncate: inner.ftruncate.bind(inner),
    flush: inner.flush.bind(inner),
    fsync: inner.fsync.bind(inner),
    inoOf: inner.inoOf.bind(inner),
    openForWriting: inner.openForWriting.bind(inner),
    release: inner.release.bind(inner),
    statfs: inner.statfs.bind(inner),
    access: inner.access.bind(inner),
    getxattr: inner.getxattr.bind(inner),
    listxattr: inner.listxattr.bind(inner),
  };
}
