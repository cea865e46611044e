import { BsmountError } from "../core/errors.ts";
import type { Answer, FileSystem, Handle } from "../fs/file-system.ts";

/** A filesystem that can be told to open nothing more; everything else passes through to `inner`. */
export interface Gate {
  readonly fileSystem: FileSystem;
  /** From now on every open is refused; what is open stays usable. */
  close(): void;
  /** The same until the pause is disposed. */
  pause(): Disposable;
}

export function gateOpens(inner: FileSystem): Gate {
  let closings = 0;
  const close = (): void => void (closings += 1);
  const reopen = (): void => void (closings -= 1);
  return {
    fileSystem: gated(inner, () => closings > 0),
    close,
    pause: () => {
      close();
      return { [Symbol.dispose]: reopen };
    },
  };
}

function gated(inner: FileSystem, isClosed: () => boolean): FileSystem {
  const open: FileSystem["open"] = (ino, flags, signal): Answer<Handle> => {
    if (isClosed())
      throw new BsmountError("aborted", "the mount is ending and opens no more files");
    return inner.open(ino, flags, signal);
  };
  const create: FileSystem["change"]["create"] = (...call): Answer<Handle> => {
    if (isClosed())
      throw new BsmountError("aborted", "the mount is ending and makes no more files");
    return inner.change.create(...call);
  };
  return {
    root: inner.root,
    change: { ...inner.change, create },
    open,
    lookup: inner.lookup.bind(inner),
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
    release: inner.release.bind(inner),
    statfs: inner.statfs.bind(inner),
    access: inner.access.bind(inner),
    getxattr: inner.getxattr.bind(inner),
    listxattr: inner.listxattr.bind(inner),
  };
}
