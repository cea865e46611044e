import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { LRUCache } from "lru-cache";
import { neverAborted } from "../../core/abort.ts";
import type { ContentStore } from "../content/content-store.ts";
import type { BaseSpaceFile, StoredObject } from "../state/entities.ts";
import type { State } from "../state/state.ts";
import { readRange } from "./object-handle.ts";
import { WORK_LIMITS, WorkBudget } from "./work-budget.ts";

/** A file that coverage or variants can be read from. */
export interface Indexed {
  readonly object: StoredObject;
  readonly index: StoredObject | undefined;
}

/** The first signs of files, decompressed. */
const BAM_START = "BAM\u0001";
const VCF_START = "##fileformat=VCF";
/** At most one block of BGZF. */
const START_BYTES = 64 * 1024;

/** Which files have coverage or variants: by their names, their first bytes, and the index beside them. */
export class IndexedFiles {
  readonly #state: State;
  readonly #content: ContentStore;
  /** The first signs of objects, which never change. */
  readonly #starts = new LRUCache<string, string>({ max: 10_000 });

  constructor(state: State, content: ContentStore) {
    this.#state = state;
    this.#content = content;
  }

  /** A BAM file with `x.bam.bai` or `x.bai` in its folder; undefined for any other file. */
  async coverage(file: BaseSpaceFile): Promise<Indexed | undefined> {
    if (!/\.bam$/i.test(file.path)) return undefined;
    const object = this.#complete(file);
    const index = this.#beside(file, [`${file.path}.bai`, file.path.replace(/\.bam$/i, ".bai")]);
    if (object === undefined || index === undefined) return undefined;
    return (await this.#start(object)).startsWith(BAM_START) ? { object, index } : undefined;
  }

  /** A VCF file, plain or compressed, with `x.vcf.gz.tbi` if there is one; undefined for any other file. */
  async variants(file: BaseSpaceFile): Promise<Indexed | undefined> {
    if (!/\.vcf(\.gz)?$/i.test(file.path)) return undefined;
    const object = this.#complete(file);
    if (object === undefined) return undefined;
    if (!(await this.#start(object)).startsWith(VCF_START)) return undefined;
    const index = /\.gz$/i.test(file.path) ? this.#beside(file, [`${file.path}.tbi`]) : undefined;
    return { object, index };
  }

  /** Whether the file has either. */
  async readable(file: BaseSpaceFile): Promise<{ coverage: boolean; variants: boolean }> {
    const coverage = (await this.coverage(file)) !== undefined;
    const variants = (await this.variants(file)) !== undefined;
    return { coverage, variants };
  }

  #complete(file: BaseSpaceFile): StoredObject | undefined {
    const { uploadStatus, isArchived, removed, objectKey } = file;
    if (uploadStatus !== "complete" || isArchived || removed === true) return undefined;
    return objectKey === undefined ? undefined : this.#state.get("objects", objectKey);
  }

  /** The newest complete file of one of these paths. */
  #beside(file: BaseSpaceFile, paths: readonly string[]): StoredObject | undefined {
    let newest: StoredObject | undefined;
    for (const id of this.#state.indexes.filesOf(file.parent)) {
      const other = this.#state.need("files", id);
      if (paths.includes(other.path)) newest = this.#complete(other) ?? newest;
    }
    return newest;
  }

  async #start(object: StoredObject): Promise<string> {
    const known = this.#starts.get(object.id);
    if (known !== undefined) return known;
    const budget = new WorkBudget(WORK_LIMITS, neverAborted);
    const bytes = await readRange({ content: this.#content, object, budget }, 0, START_BYTES);
    const start = (await inflateStart(bytes, VCF_START.length)).toString(
      "latin1",
      0,
      VCF_START.length,
    );
    this.#starts.set(object.id, start);
    return start;
  }
}

/** The first bytes, decompressed if they are gzip; fewer where that is not possible. */
async function inflateStart(bytes: Uint8Array, length: number): Promise<Buffer> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return Buffer.from(bytes);
  let start = Buffer.alloc(0);
  try {
    for await (const chunk of Readable.from([bytes]).pipe(createGunzip())) {
      start = Buffer.concat([start, chunk as Buffer]);
      if (start.length >= length) break;
    }
  } catch {
    // Damaged, or the bytes end within the compressed data.
  }
  return start;
}
