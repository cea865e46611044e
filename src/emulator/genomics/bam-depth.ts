import { setImmediate } from "node:timers/promises";
import { BamFile, BamRecord, type Bytes } from "@gmod/bam";
import { checkBai } from "./index-tables.ts";
import { type BoundedObject, dataHandle, indexHandle, readIndex } from "./object-handle.ts";
import type { WorkBudget } from "./work-budget.ts";

/** Unmapped, secondary, failed quality checks, duplicate: what `samtools depth` leaves out. */
const NOT_COUNTED = 0x4 | 0x100 | 0x200 | 0x400;

/** How many positions are counted at a time. */
const WINDOW = 64 * 1024;

/** Some milliseconds of work. */
const RECORDS_AT_A_TIME = 10_000;

/** A genome in scaffolds has hundreds of thousands. */
const MAX_CHROMOSOMES = 1_000_000;

/** The fields of an alignment before its name, without its own length. */
const FIXED_BYTES = 32;

/** A chromosome of a BAM file. */
export interface Chromosome {
  readonly name: string;
  /** In bases. */
  readonly length: number;
}

/** Positions from `start` up to and without `end`, from 0. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** An alignment whose parts are inside its bytes; the library would read beyond them, or loop without end. */
class CheckedRecord extends BamRecord {
  constructor(args: { bytes: Bytes; fileOffset: number }) {
    super(args);
    const { start, end } = args.bytes;
    const fixedEnd = start + 4 + FIXED_BYTES;
    // `end` is the last byte.
    const hasFixed = fixedEnd <= end + 1 && this.seq_length >= 0;
    const before = this.read_name_length + this.num_cigar_bytes;
    if (!hasFixed || fixedEnd + before + this.num_seq_bytes + this.seq_length > end + 1) {
      throw new Error("one of its alignments is damaged");
    }
  }
}

/** Reads alignments as the library does, but others have their turn in between. */
class SteadyBam extends BamFile<CheckedRecord> {
  override async readBamFeatures(byteArray: Uint8Array): Promise<CheckedRecord[]> {
    const records: CheckedRecord[] = [];
    const view = new DataView(byteArray.buffer);
    let start = 0;
    while (start + 4 < byteArray.length) {
      const end = start + 4 + view.getInt32(start, true) - 1;
      // The last one may be cut off, at the end of the chunk.
      if (end >= byteArray.length) break;
      // Nothing asks for the offset.
      records.push(new CheckedRecord({ bytes: { byteArray, start, end }, fileOffset: 0 }));
      start = end + 1;
      if (records.length % RECORDS_AT_A_TIME === 0) await setImmediate();
    }
    return records;
  }
}

/** How often each position of a BAM file was read, by its index. */
export class BamDepth {
  readonly #bam: SteadyBam;
  readonly #budget: WorkBudget;

  private constructor(bam: SteadyBam, budget: WorkBudget) {
    this.#bam = bam;
    this.#budget = budget;
  }

  /** Reads header and index. @throws Error when one of them is damaged */
  static async open(file: BoundedObject, index: BoundedObject): Promise<BamDepth> {
    const indexBytes = await readIndex(index);
    checkBai(indexBytes);
    let chromosomes = 0;
    const bam = new SteadyBam({
      bamFilehandle: dataHandle(file),
      baiFilehandle: indexHandle(index, indexBytes),
      recordClass: CheckedRecord,
      renameRefSeqs: (name) => {
        chromosomes += 1;
        if (name === "" || chromosomes > MAX_CHROMOSOMES) throw new Error("its header is damaged");
        return name;
      },
    });
    await bam.getHeader();
    return new BamDepth(bam, file.budget);
  }

  /** Undefined for a name that the header does not have. */
  chromosome(name: string): Chromosome | undefined {
    const found = this.#bam.indexToChr?.find(({ refName }) => refName === name);
    return found === undefined ? undefined : { name, length: found.length };
  }

  /** Calls `visit` with the depths of one stretch of `span` after the other; `start` is its first position, from 0. */
  async forEach(
    { name }: Chromosome,
    span: Span,
    visit: (start: number, depths: Int32Array) => void,
  ): Promise<void> {
    for (let { start } = span; start < span.end; start += WINDOW) {
      const window = { start, end: Math.min(start + WINDOW, span.end) };
      const records = await this.#bam.getRecordsForRange(name, window.start, window.end);
      this.#budget.spend("records", records.length);
      visit(start, depthsOf(records, window));
      this.#bam.clearFeatureCache();
      // Other requests have their turn.
      await setImmediate();
    }
  }
}

function depthsOf(records: readonly CheckedRecord[], window: Span): Int32Array {
  // Where the depth changes, and by how much.
  const depths = new Int32Array(window.end - window.start + 1);
  for (const record of records) {
    if ((record.flags & NOT_COUNTED) === 0) addRecord(record, window, depths);
  }
  for (let at = 1; at < depths.length; at += 1) {
    depths[at] = (depths[at] ?? 0) + (depths[at - 1] ?? 0);
  }
  return depths.subarray(0, -1);
}

/** Deleted and skipped positions do not count. */
function addRecord(record: CheckedRecord, window: Span, depths: Int32Array): void {
  let at = record.start;
  for (const packed of record.NUMERIC_CIGAR) {
    const end = at + (packed >>> 4);
    const { isOnReference, isCounted } = operation(packed & 0xf);
    if (isCounted) {
      const from = Math.max(at, window.start) - window.start;
      const to = Math.min(end, window.end) - window.start;
      if (from < to) {
        depths[from] = (depths[from] ?? 0) + 1;
        depths[to] = (depths[to] ?? 0) - 1;
      }
    }
    if (isOnReference) at = end;
  }
}

/** Operations by their codes: `M`, `=` and `X` are aligned bases, `D` and `N` positions without one. */
function operation(code: number): { isOnReference: boolean; isCounted: boolean } {
  const isCounted = code === 0 || code === 7 || code === 8;
  return { isCounted, isOnReference: isCounted || code === 2 || code === 3 };
}
