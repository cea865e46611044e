import type { Stat, Statfs } from "fuse-native";
import type {
  Attributes,
  DirectoryEntry,
  FileSystemStatistics,
  NodeType,
} from "../fs/file-system.ts";

const MIB = 1024 * 1024;
const UINT32_MAX = 2 ** 32 - 1;

/** st_mode's type bits, see inode(7). */
const TYPE_BITS: Readonly<Record<NodeType, number>> = {
  directory: 0o040000,
  file: 0o100000,
  symlink: 0o120000,
};

/** Attributes in the binding's form, which has no times before 1970 and only whole milliseconds. */
export function toStat(attributes: Attributes): Stat {
  return {
    mode: attributes.mode,
    ino: attributes.ino,
    size: attributes.sizeBytes,
    uid: attributes.uid,
    gid: attributes.gid,
    nlink: attributes.nlink,
    blksize: attributes.blockSizeBytes,
    blocks: attributes.blocks,
    atime: toTime(attributes.atimeMs),
    mtime: toTime(attributes.mtimeMs),
    ctime: toTime(attributes.ctimeMs),
  };
}

/** The attributes that readdir returns with an entry: enough for `find -type f` to need no getattr. */
export function toEntryStat(entry: DirectoryEntry): Stat {
  return { mode: TYPE_BITS[entry.type], ino: entry.ino, atime: 0, mtime: 0, ctime: 0 };
}

/** Statistics in 1 MiB blocks: the binding's 32-bit fields hold 4 PiB that way. */
export function toStatfs(statistics: FileSystemStatistics): Statfs {
  const scale = statistics.blockSizeBytes / MIB;
  const free = toUint32(statistics.freeBlocks * scale);
  return {
    bsize: MIB,
    frsize: MIB,
    blocks: toUint32(statistics.totalBlocks * scale),
    bfree: free,
    bavail: free,
    files: toUint32(statistics.files),
    ffree: 0,
    favail: 0,
    fsid: 0,
    flag: 0,
    namemax: statistics.nameMax,
  };
}

function toTime(ms: number): number {
  return Number.isFinite(ms) ? Math.max(0, Math.floor(ms)) : 0;
}

function toUint32(value: number): number {
  return Math.min(UINT32_MAX, Math.max(0, Math.floor(value)));
}
