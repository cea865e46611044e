import { constants } from "node:fs";
import {
  type FileHandle,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rmdir,
  truncate,
  unlink,
} from "node:fs/promises";
import type { FilesUnderTest, Listed, OpenFile } from "./files-under-test.ts";
import { join, type Mode, type OpenFlags } from "./plain-files.ts";

const ACCESS = { r: constants.O_RDONLY, w: constants.O_WRONLY, rw: constants.O_RDWR };

/**
 * Files below a folder of a mount that another process serves, by system calls. Where the kernel's error number depends on
 * more than the model knows, the one that the model has is thrown.
 */
export class MountedFiles implements FilesUnderTest {
  readonly hidesOpenFiles = true;
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async open(
    path: string,
    mode: Mode,
    { creates = false, empties = false }: OpenFlags = {},
  ): Promise<OpenFile> {
    const changes =
      mode === "r" ? 0 : (creates ? constants.O_CREAT : 0) | (empties ? constants.O_TRUNC : 0);
    const handle = await open(this.#path(path), ACCESS[mode] | changes, 0o644);
    // A folder can be opened for reading.
    if (mode === "r" && (await handle.stat()).isDirectory()) {
      await handle.close();
      throw systemError("EISDIR", "open");
    }
    return openFile(handle, mode);
  }

  async truncate(path: string, sizeBytes: number): Promise<void> {
    await truncate(this.#path(path), sizeBytes);
  }

  async rename(from: string, to: string): Promise<void> {
    try {
      await rename(this.#path(from), this.#path(to));
    } catch (error) {
      // Linux compares the names before it looks at what they are.
      const isAbove = from.startsWith(`${to}/`) && (await lstat(this.#path(from))).isFile();
      throw isAbove ? systemError("EISDIR", "rename") : error;
    }
  }

  async unlink(path: string): Promise<void> {
    await unlink(this.#path(path));
  }

  async mkdir(path: string): Promise<void> {
    await mkdir(this.#path(path));
  }

  async rmdir(path: string): Promise<void> {
    await rmdir(this.#path(path));
  }

  async list(folder: string): Promise<readonly Listed[]> {
    const listed: Listed[] = [];
    for (const name of await readdir(this.#path(folder))) {
      const entry = await lstat(this.#path(join(folder, name)));
      const type = entry.isDirectory() ? "directory" : "file";
      listed.push({ name, type, sizeBytes: entry.size });
    }
    return listed;
  }

  async isFolder(path: string): Promise<boolean> {
    const entry = await lstat(this.#path(path)).catch(() => undefined);
    return entry?.isDirectory() === true;
  }

  async readFile(path: string): Promise<Buffer> {
    return await readFile(this.#path(path));
  }

  #path(path: string): string {
    return path === "" ? this.#folder : `${this.#folder}/${path}`;
  }
}

function openFile(handle: FileHandle, mode: Mode): OpenFile {
  return {
    read: async (offset, length) => {
      const into = Buffer.alloc(length);
      const { bytesRead } = await handle.read(into, 0, length, offset);
      return into.subarray(0, bytesRead);
    },
    write: async (offset, bytes) => {
      const { bytesWritten } = await handle.write(bytes, 0, bytes.length, offset);
      if (bytesWritten !== bytes.length)
        throw new Error(`wrote ${bytesWritten} bytes of ${bytes.length}`);
    },
    truncate: async (sizeBytes) => {
      // ftruncate(2) says EINVAL.
      if (mode === "r") throw systemError("EBADF", "ftruncate");
      await handle.truncate(sizeBytes);
    },
    sync: async () => await handle.sync(),
    flush: async () => await handle.close(),
    release: () => {},
  };
}

function systemError(code: string, syscall: string): Error {
  return Object.assign(new Error(`${code}: ${syscall}`), { code, syscall });
}
