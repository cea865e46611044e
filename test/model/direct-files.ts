import { neverAborted } from "../../src/core/abort.ts";
import type { ChangeOperations, Handle } from "../../src/fs/file-system.ts";
import type { FilesUnderTest, Listed, OpenFile } from "./files-under-test.ts";
import { join, type Mode, nameOf, type OpenFlags } from "./plain-files.ts";
import type { RealFiles } from "./real-files.ts";

/** `fs/` without a kernel. */
export class DirectFiles implements FilesUnderTest {
  readonly hidesOpenFiles = false;
  readonly files: RealFiles;

  constructor(files: RealFiles) {
    this.files = files;
  }

  async open(path: string, mode: Mode, flags?: OpenFlags): Promise<OpenFile> {
    return this.#openFile(await this.files.open(path, mode, flags));
  }

  async truncate(path: string, sizeBytes: number): Promise<void> {
    const { ino } = await this.files.stat(path);
    await this.#change.truncate(ino, sizeBytes, neverAborted);
  }

  async rename(from: string, to: string): Promise<void> {
    await this.files.rename(from, to);
  }

  async unlink(path: string): Promise<void> {
    await this.#change.unlink(await this.files.parent(path), nameOf(path), neverAborted);
  }

  async mkdir(path: string): Promise<void> {
    await this.#change.mkdir(await this.files.parent(path), nameOf(path), 0o755, neverAborted);
  }

  async rmdir(path: string): Promise<void> {
    await this.#change.rmdir(await this.files.parent(path), nameOf(path), neverAborted);
  }

  async list(folder: string): Promise<readonly Listed[]> {
    const { ino } = await this.files.stat(folder);
    const entries = (await this.files.fs.readdir(ino, neverAborted)).slice(2);
    const listed: Listed[] = [];
    for (const { name, type } of entries) {
      const { sizeBytes } = await this.files.stat(join(folder, name));
      listed.push({ name, type, sizeBytes });
    }
    return listed;
  }

  async readFile(path: string): Promise<Buffer> {
    return await this.files.readFile(path);
  }

  get #change(): ChangeOperations {
    return this.files.fs.change;
  }

  #openFile(handle: Handle): OpenFile {
    const { files } = this;
    const { fs } = files;
    return {
      read: async (offset, length) => await files.read(handle, offset, length),
      write: async (offset, bytes) => void (await fs.write(handle, offset, bytes, neverAborted)),
      truncate: async (sizeBytes) => await fs.ftruncate(handle, sizeBytes, neverAborted),
      sync: async () => await fs.fsync(handle, neverAborted),
      flush: async (othersWrite) =>
        await fs.flush(handle, async () => (othersWrite ? "open" : "closed"), neverAborted),
      release: () => fs.release(handle),
    };
  }
}
