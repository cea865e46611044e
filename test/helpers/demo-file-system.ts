import { neverAborted } from "../../src/core/abort.ts";
import { createFileSystem } from "../../src/fs/create-file-system.ts";
import type { Attributes, FileSystem, Ino } from "../../src/fs/file-system.ts";
import { demoWorld } from "./demo-world.ts";
import { FakeClock } from "./fake-clock.ts";
import type { MemoryCatalog } from "./memory-catalog.ts";
import { MemoryReaders } from "./memory-readers.ts";
import { cachedCatalog, pathTree } from "./catalogs.ts";

export interface DemoOptions {
  readonly umask?: number;
  readonly showHidden?: boolean;
}

/** Path-based helpers over the inode-based interface. */
export interface Walker {
  readonly stat: (path: string) => Promise<Attributes>;
  readonly inoOf: (path: string) => Promise<Ino>;
  /** Without `.` and `..`. */
  readonly names: (path: string) => Promise<string[]>;
  /** As a program reads: stat, open, read, close. */
  readonly readFile: (path: string) => Promise<string>;
}

export interface DemoFileSystem extends Walker {
  readonly world: MemoryCatalog;
  readonly clock: FakeClock;
  readonly readers: MemoryReaders;
  readonly fs: FileSystem;
}

/** A filesystem over the demo account, with every setting that tests change. */
export function demoFileSystem(options: DemoOptions = {}): DemoFileSystem {
  const { umask = 0o022, showHidden = false } = options;
  const world = demoWorld();
  const clock = new FakeClock();
  const readers = new MemoryReaders();
  const tree = pathTree({ catalog: cachedCatalog(world, { clock }), clock, showHidden });
  const owner = { uid: 1000, gid: 100, umask };
  const fs = createFileSystem({ tree, readers, owner, clock });
  return { world, clock, readers, fs, ...walkerOf(fs) };
}

export function walkerOf(fs: FileSystem): Walker {
  const stat = async (path: string): Promise<Attributes> => {
    let attributes = await fs.getattr(fs.root, neverAborted);
    for (const name of path.split("/").filter((part) => part !== "")) {
      attributes = await fs.lookup(attributes.ino, name, neverAborted);
    }
    return attributes;
  };
  const inoOf = async (path: string): Promise<Ino> => (await stat(path)).ino;
  const names = async (path: string): Promise<string[]> => {
    const entries = await fs.readdir(await inoOf(path), neverAborted);
    return entries.map(({ name }) => name).slice(2);
  };
  const readFile = async (path: string): Promise<string> => {
    const { ino, sizeBytes } = await stat(path);
    const handle = await fs.open(ino, 0, neverAborted);
    try {
      const into = Buffer.alloc(sizeBytes + 1);
      const length = await fs.read(handle, 0, into, neverAborted);
      return into.toString("utf8", 0, length);
    } finally {
      fs.release(handle);
    }
  };
  return { stat, inoOf, names, readFile };
}
