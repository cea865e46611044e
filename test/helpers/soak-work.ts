import { createCipheriv, createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { type Random, seededRandom } from "../../scripts/demo-data/random.ts";
import type { Product } from "./product.ts";

/*
 * What programs do all day on a mount: they copy files of many sizes in and out, write under temporary names, remove
 * them, make folders and app results, and read large files here and there. Every byte that is read is compared by
 * its MD5 with what was written.
 */

const MIB = 1024 * 1024;
const BLOB_BYTES = 64 * MIB;
const PROJECT = "projects/soak/appresults";
const FILES_OF_RESULT = 30;

/** The files that are in the account from the beginning, each a part of the blob from this offset on. */
export const STORED_OFFSETS: readonly number[] = [0, 5 * MIB, 11 * MIB];
export const STORED_BYTES: number = 48 * MIB;

export function storedName(offset: number): string {
  return `stored-${offset / MIB}.bin`;
}

/** Incompressible bytes, the same for the same seed. */
export function seededBytes(seed: number): Buffer {
  const key = createHash("md5").update(String(seed)).digest();
  return createCipheriv("aes-128-ctr", key, Buffer.alloc(16)).update(Buffer.alloc(BLOB_BYTES));
}

interface WrittenFile {
  /** Below the mount point. */
  readonly path: string;
  readonly md5: string;
  isRead: boolean;
}

interface Result {
  /** Below the mount point. */
  readonly folder: string;
  readonly id: string;
  /** The MD5s of the files that BaseSpace should have at the end, by their paths in it. */
  readonly sums: Record<string, string>;
}

export interface SoakWorkOptions {
  readonly product: Product;
  readonly blob: Buffer;
  readonly seed: number;
  /** The number of the worker, which is part of the names that it uses. */
  readonly worker: number;
  /** The most bytes a second that are written. */
  readonly pace: number;
}

/** Runs one program after another, chosen at random. */
export class SoakWorker {
  readonly #options: SoakWorkOptions;
  readonly #random: Random;
  readonly #files: WrittenFile[] = [];
  readonly #results: Result[] = [];
  readonly #startMs = performance.now();
  #names = 0;
  writtenBytes = 0;
  readBytes = 0;
  steps = 0;

  constructor(options: SoakWorkOptions) {
    this.#options = options;
    this.#random = seededRandom(options.seed * 31 + options.worker);
  }

  /** Works until `isOver` returns true. */
  async run(isOver: () => boolean): Promise<void> {
    // Each kind is listed as often as its share of the work.
    const kinds = [
      ...Array.from({ length: 4 }, () => async () => await this.#copyIn(64 * 1024)),
      ...Array.from({ length: 4 }, () => async () => await this.#copyIn(3 * MIB)),
      async () => await this.#copyIn(30 * MIB),
      async () => await this.#renameIn(),
      async () => await this.#writeAndRemove(),
      ...Array.from({ length: 3 }, () => async () => await this.#read()),
      async () => await this.#copyOut(),
      ...Array.from({ length: 2 }, () => async () => await this.#readStored()),
    ];
    // All workers at once, so that the memory for uploads reaches its maximum.
    for (let round = 0; round < 2; round += 1) await this.#copyIn(30 * MIB);
    while (!isOver()) {
      await this.#random.pick(kinds)();
      this.steps += 1;
    }
  }

  /** Reads through the mount what was not read yet, and through the API what BaseSpace has. */
  async checkAll(): Promise<void> {
    for (const file of this.#files) if (!file.isRead) await this.#check(file);
    for (const { id, sums } of this.#results) expect(await this.#remoteSums(id)).toEqual(sums);
  }

  async #copyIn(mostBytes: number): Promise<void> {
    const { folder, sums } = await this.#result();
    const { local, md5 } = await this.#newBytes(mostBytes);
    const isDeep = this.#random.integer(3) === 0;
    const path = isDeep ? `d${this.#random.integer(4)}/e/${this.#name()}` : this.#name();
    const made = isDeep ? `mkdir -p "$(dirname ${folder}/${path})" && ` : "";
    await this.#shell(`${made}cp '${local}' ${folder}/${path}`);
    this.#written(`${folder}/${path}`, md5);
    sums[path] = md5;
  }

  async #renameIn(): Promise<void> {
    const { folder, sums } = await this.#result();
    const { local, md5 } = await this.#newBytes(3 * MIB);
    const name = this.#name();
    await this.#shell(`cd ${folder} && cp '${local}' ${name}.tmp && mv ${name}.tmp ${name}`);
    this.#written(`${folder}/${name}`, md5);
    sums[name] = md5;
  }

  async #writeAndRemove(): Promise<void> {
    const { folder } = await this.#result();
    const { local, md5 } = await this.#newBytes(10 * MIB);
    const name = `${folder}/${this.#name()}.tmp`;
    const sum = await this.#shell(`cp '${local}' ${name} && md5sum < ${name} && rm ${name}`);
    expect(sum.slice(0, 32)).toBe(md5);
  }

  async #read(): Promise<void> {
    const unread = this.#files.find(({ isRead }) => !isRead);
    const file = this.#random.integer(3) === 0 ? undefined : unread;
    if (this.#files.length > 0) await this.#check(file ?? this.#random.pick(this.#files));
  }

  async #copyOut(): Promise<void> {
    if (this.#files.length === 0) return;
    const { path, md5 } = this.#random.pick(this.#files);
    const local = this.#local("out");
    const sum = await this.#shell(`cp ${path} '${local}' && md5sum < '${local}'`);
    expect(sum.slice(0, 32), path).toBe(md5);
  }

  /** Reads a range of a file that was never written here, bypassing the kernel's page cache. */
  async #readStored(): Promise<void> {
    const offset = this.#random.pick(STORED_OFFSETS);
    const start = this.#random.integer(STORED_BYTES / MIB - 4);
    const count = 1 + this.#random.integer(STORED_BYTES / MIB - start);
    const path = `${PROJECT}/stored/files/${storedName(offset)}`;
    const sum = await this.#shell(
      `dd if=${path} bs=1M skip=${start} count=${count} iflag=direct status=none | md5sum`,
    );
    const at = offset + start * MIB;
    const expected = md5Of(this.#options.blob.subarray(at, at + count * MIB));
    expect(sum.slice(0, 32), `${path} from ${start} MiB, ${count} MiB`).toBe(expected);
    this.readBytes += count * MIB;
  }

  async #check(file: WrittenFile): Promise<void> {
    const sum = await this.#shell(`md5sum < ${file.path}`);
    expect(sum.slice(0, 32), file.path).toBe(file.md5);
    file.isRead = true;
  }

  /** An app result for new files; after some files another one is made. */
  async #result(): Promise<Result> {
    const last = this.#results.at(-1);
    if (last !== undefined && Object.keys(last.sums).length < FILES_OF_RESULT) return last;
    const folder = `${PROJECT}/worker-${this.#options.worker}-${this.#results.length}`;
    const id = await this.#shell(`mkdir ${folder} && cat ${folder}/.id`);
    const result = { folder: `${folder}/files`, id: id.trim(), sums: {} };
    this.#results.push(result);
    return result;
  }

  /** Makes a local file of at most this size and at least half of it, once the rate limit allows it. */
  async #newBytes(mostBytes: number): Promise<{ readonly local: string; readonly md5: string }> {
    const length = mostBytes / 2 + this.#random.integer(mostBytes / 2);
    const start = this.#random.integer(BLOB_BYTES - length);
    const bytes = this.#options.blob.subarray(start, start + length);
    const dueMs = this.#startMs + (this.writtenBytes / this.#options.pace) * 1000;
    await sleep(Math.max(0, dueMs - performance.now()));
    this.writtenBytes += length;
    const local = this.#local("in");
    await writeFile(local, bytes);
    return { local, md5: md5Of(bytes) };
  }

  #written(path: string, md5: string): void {
    this.#files.push({ path, md5, isRead: false });
  }

  #name(): string {
    this.#names += 1;
    return `f${this.#names}`;
  }

  #local(what: string): string {
    return this.#options.product.dir.join(`${what}-${this.#options.worker}`);
  }

  async #shell(command: string): Promise<string> {
    const { code, stdout, stderr } = await this.#options.product.shell(command);
    expect({ command, code, stderr }).toEqual({ command, code: 0, stderr: "" });
    return stdout;
  }

  async #remoteSums(id: string): Promise<Record<string, string>> {
    const { apiServer, accessToken } = this.#options.product.emulator;
    const api = async (path: string): Promise<Response> =>
      await fetch(`${apiServer}/v1pre3/${path}`, {
        headers: { authorization: `Bearer ${accessToken}` },
      });
    const response = await api(`appresults/${id}/files?Limit=1000`);
    const { Response: list } = (await response.json()) as {
      Response: { Items: { readonly Id: string; readonly Path: string }[] };
    };
    const sums: Record<string, string> = {};
    for (const { Id, Path } of list.Items) {
      const content = await api(`files/${Id}/content`);
      sums[Path] = md5Of(Buffer.from(await content.arrayBuffer()));
    }
    expect(Object.keys(sums), "one file for each name").toHaveLength(list.Items.length);
    return sums;
  }
}

function md5Of(bytes: Buffer): string {
  return createHash("md5").update(bytes).digest("hex");
}
