import { createHash } from "node:crypto";
import { type FileHandle, open, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { byteRange, type ByteRange } from "../../core/byte-range.ts";
import { makeFolders } from "../../core/make-folders.ts";
import type { StoredObject } from "../state/entities.ts";
import type { ContentKind, ContentStore, ImportedContent, Received } from "./content-store.ts";
import { generatedChunks, type GeneratedContent, sparseBlocks } from "./generator.ts";
import { importInPlace, newKey } from "./import-content.ts";
import { fileStream, readSource } from "./read-source.ts";

const COPY_BYTES = 1024 * 1024;

/**
 * Stores every complete content as a plain file `FOLDER/objects/<key>`, so that a web server of the same user can
 * serve them; no other user can read them.
 *
 * Bytes are written to `FOLDER/incoming`, synced, and renamed, and the rename is synced too. So a file in `objects`
 * is whole even if the process is killed or the machine loses power.
 */
export class FolderContentStore implements ContentStore {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async open(folder: string): Promise<FolderContentStore> {
    for (const name of ["objects", "parts", "incoming"]) {
      await makeFolders(join(folder, name), { mode: 0o700 });
    }
    return new FolderContentStore(folder);
  }

  async receive(body: AsyncIterable<Buffer>, kind: ContentKind): Promise<Received> {
    const hash = createHash("md5");
    let sizeBytes = 0;
    const key = await this.#make(kind, async (file) => {
      for await (const chunk of body) {
        hash.update(chunk);
        sizeBytes += chunk.length;
        await file.appendFile(chunk);
      }
    });
    return { key, sizeBytes, md5: hash.digest("hex") };
  }

  async join(partKeys: readonly string[]): Promise<string> {
    return await this.#make("objects", async (file) => {
      for (const key of partKeys) {
        await copyInto(file, this.#path("parts", key));
      }
    });
  }

  async importContent(content: ImportedContent): Promise<StoredObject> {
    const object = await importInPlace(content, newKey);
    await this.#make("objects", async (file) => await writeContent(file, content), object.id);
    return { ...object, source: { kind: "stored" } };
  }

  read(object: StoredObject, range: ByteRange): Readable {
    return readSource(object, range, () => fileStream(this.#path("objects", object.id), range));
  }

  async discard(keys: readonly string[], kind: ContentKind): Promise<void> {
    for (const key of keys) await rm(this.#path(kind, key), { force: true });
  }

  async sweep(keep: ReadonlySet<string>): Promise<void> {
    for (const name of ["objects", "parts", "incoming"]) {
      for (const key of await readdir(join(this.#folder, name))) {
        if (!keep.has(key)) await rm(join(this.#folder, name, key), { force: true });
      }
    }
  }

  #path(folder: ContentKind | "incoming", key: string): string {
    return join(this.#folder, folder, key);
  }

  async #make(
    kind: ContentKind,
    write: (file: FileHandle) => Promise<void>,
    key: string = newKey(),
  ): Promise<string> {
    const incoming = this.#path("incoming", key);
    try {
      const file = await open(incoming, "wx+", 0o600);
      try {
        await write(file);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(incoming, this.#path(kind, key));
      await syncFolder(join(this.#folder, kind));
    } catch (error) {
      await rm(incoming, { force: true });
      throw error;
    }
    return key;
  }
}

async function writeContent(file: FileHandle, content: ImportedContent): Promise<void> {
  switch (content.kind) {
    case "bytes":
      await file.appendFile(content.bytes);
      return;
    case "file":
      await copyInto(file, content.path);
      return;
    case "generated":
      await (content.sparse ? writeSparse(file, content) : writeWhole(file, content));
  }
}

async function copyInto(file: FileHandle, path: string): Promise<void> {
  const source = await open(path);
  for await (const chunk of source.createReadStream({ highWaterMark: COPY_BYTES })) {
    await file.appendFile(chunk as Buffer);
  }
}

async function writeWhole(file: FileHandle, content: GeneratedContent): Promise<void> {
  for (const chunk of generatedChunks(content, byteRange(0, content.sizeBytes))) {
    await file.appendFile(chunk);
  }
}

/** Leaves holes where the content is zero. */
async function writeSparse(file: FileHandle, content: GeneratedContent): Promise<void> {
  await file.truncate(content.sizeBytes);
  for (const block of sparseBlocks(content.sizeBytes)) {
    const [bytes] = generatedChunks(content, block);
    if (bytes !== undefined) await file.write(bytes, 0, bytes.length, block.start);
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
