import { createHash } from "node:crypto";
import { type FileHandle, open, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { byteRange, type ByteRange } from "../../core/byte-range.ts";
import { makeFolders } from "../../core/make-folders.ts";
import type { StoredObject } from "../state/entities.ts";
import { adoptInPlace, newKey } from "./import-content.ts";
import type { Adopted, ContentStore, Place, Received } from "./content-store.ts";
import { type Generated, generatedChunks, sparseBlocks } from "./generator.ts";
import { fileStream, readSource } from "./read-source.ts";

const COPY_BYTES = 1024 * 1024;

/**
 * Every finished content is one plain file `FOLDER/objects/<key>`, so that a web server of the same user can
 * serve them; nobody else can read them.
 *
 * Bytes go to `FOLDER/incoming` first, are synced, and get their place by a rename that is synced too:
 * a file in `objects` is whole, whenever the process or the machine dies.
 */
export class FolderContentStore implements ContentStore {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async open(folder: string): Promise<FolderContentStore> {
    for (const place of ["objects", "parts", "incoming"]) {
      await makeFolders(join(folder, place), { mode: 0o700 });
    }
    return new FolderContentStore(folder);
  }

  async receive(body: AsyncIterable<Buffer>, place: Place): Promise<Received> {
    const hash = createHash("md5");
    let sizeBytes = 0;
    const key = await this.#make(place, async (file) => {
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

  async adopt(content: Adopted): Promise<StoredObject> {
    const object = await adoptInPlace(content, newKey);
    await this.#make("objects", async (file) => await fill(file, content), object.id);
    return { ...object, source: { kind: "stored" } };
  }

  read(object: StoredObject, range: ByteRange): Readable {
    return readSource(object, range, () => fileStream(this.#path("objects", object.id), range));
  }

  async discard(keys: readonly string[], place: Place): Promise<void> {
    for (const key of keys) await rm(this.#path(place, key), { force: true });
  }

  async sweep(keep: ReadonlySet<string>): Promise<void> {
    for (const place of ["objects", "parts", "incoming"]) {
      for (const name of await readdir(join(this.#folder, place))) {
        if (!keep.has(name)) await rm(join(this.#folder, place, name), { force: true });
      }
    }
  }

  #path(place: Place | "incoming", key: string): string {
    return join(this.#folder, place, key);
  }

  async #make(
    place: Place,
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
      await rename(incoming, this.#path(place, key));
      await syncFolder(join(this.#folder, place));
    } catch (error) {
      await rm(incoming, { force: true });
      throw error;
    }
    return key;
  }
}

async function fill(file: FileHandle, content: Adopted): Promise<void> {
  switch (content.kind) {
    case "bytes":
      await file.appendFile(content.bytes);
      return;
    case "file":
      await copyInto(file, content.path);
      return;
    case "generated":
      await (content.sparse ? fillSparse(file, content) : fillWhole(file, content));
  }
}

async function copyInto(file: FileHandle, path: string): Promise<void> {
  const source = await open(path);
  for await (const chunk of source.createReadStream({ highWaterMark: COPY_BYTES })) {
    await file.appendFile(chunk as Buffer);
  }
}

async function fillWhole(file: FileHandle, content: Generated): Promise<void> {
  for (const chunk of generatedChunks(content, byteRange(0, content.sizeBytes))) {
    await file.appendFile(chunk);
  }
}

/** Holes where the content is zero. */
async function fillSparse(file: FileHandle, content: Generated): Promise<void> {
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
