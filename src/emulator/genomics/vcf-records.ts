import { TabixIndexedFile } from "@gmod/tabix";
import { checkTbi } from "./index-tables.ts";
import { type BoundedObject, dataHandle, indexHandle, readIndex } from "./object-handle.ts";
import type { PositionRange } from "./position-range.ts";
import type { VcfHeader } from "./vcf-header.ts";
import { scanLines } from "./vcf-scan.ts";
import type { WorkBudget } from "./work-budget.ts";

/** A VCF file, and its index if it has one. */
export interface IndexedVcf {
  readonly file: BoundedObject;
  readonly index: BoundedObject | undefined;
  readonly header: VcfHeader;
}

/** The records that are wanted, in the order of their positions. */
export interface RecordQuery {
  readonly chrom: string;
  readonly range: PositionRange;
  readonly isDescending: boolean;
  readonly offset: number;
  readonly limit: number;
}

/**
 * The lines of the records that overlap a range, as `bcftools query --regions` selects them: by their reference bases,
 * or up to `END`. Undefined for a chromosome that neither the header nor a record names.
 */
export async function recordLines(
  vcf: IndexedVcf,
  query: RecordQuery,
): Promise<readonly string[] | undefined> {
  const found = new Found(query, vcf.file.budget, vcf.index !== undefined);
  const isInFile =
    vcf.index === undefined
      ? await scanRecords(vcf.file, query, found)
      : await seekRecords(vcf, vcf.index, query, found);
  const contigs = vcf.header.legends["contig"] ?? {};
  return isInFile || Object.hasOwn(contigs, query.chrom) ? found.page() : undefined;
}

/** Reads all lines. Returns whether one of them is of the chromosome. */
async function scanRecords(
  file: BoundedObject,
  { chrom }: RecordQuery,
  found: Found,
): Promise<boolean> {
  let isInFile = false;
  for await (const lines of scanLines(file)) {
    for (const line of lines) {
      if (!line.startsWith(`${chrom}\t`)) continue;
      isInFile = true;
      found.add(line);
    }
  }
  return isInFile;
}

/** Reads the lines that the index finds. Returns whether it has the chromosome. */
async function seekRecords(
  { file }: IndexedVcf,
  index: BoundedObject,
  { chrom, range }: RecordQuery,
  found: Found,
): Promise<boolean> {
  const bytes = await readIndex(index);
  await checkTbi(bytes);
  const tabix = new TabixIndexedFile({
    filehandle: dataHandle(file),
    tbiFilehandle: indexHandle(index, bytes),
  });
  if (!(await tabix.getReferenceSequenceNames()).includes(chrom)) return false;
  const lineCallback = (line: string): void => {
    found.add(line);
    if (found.isComplete) throw new PageComplete();
  };
  try {
    const { maxRefLength } = await tabix.getMetadata();
    const end = Math.min(range.end, maxRefLength);
    if (range.start <= end) await tabix.getLines(chrom, range.start - 1, end, lineCallback);
  } catch (error) {
    if (!(error instanceof PageComplete)) throw error;
  }
  return true;
}

/** Ends the reading, which cannot be ended otherwise. */
class PageComplete extends Error {}

/** The records of a range that were found until now. */
class Found {
  readonly #query: RecordQuery;
  readonly #budget: WorkBudget;
  readonly #isSorted: boolean;
  readonly #records: { readonly position: number; readonly line: string }[] = [];

  constructor(query: RecordQuery, budget: WorkBudget, isSorted: boolean) {
    this.#query = query;
    this.#budget = budget;
    this.#isSorted = isSorted;
  }

  /** Whether no later line can be on the page. */
  get isComplete(): boolean {
    const { isDescending, offset, limit } = this.#query;
    return this.#isSorted && !isDescending && this.#records.length >= offset + limit;
  }

  add(line: string): void {
    const [, positionText = "", , reference = "", , , , info = ""] = line.split("\t", 8);
    const position = Number(positionText);
    const ownEnd = Number(/(?:^|;)END=(\d+)/.exec(info)?.[1] ?? 0);
    const end = Math.max(position + reference.length - 1, ownEnd);
    const { range } = this.#query;
    if (!(position <= range.end && end >= range.start)) return;
    this.#budget.spend("records", 1);
    this.#budget.spend("textLength", line.length);
    this.#records.push({ position, line: line.endsWith("\r") ? line.slice(0, -1) : line });
  }

  page(): readonly string[] {
    const { isDescending, offset, limit } = this.#query;
    const sorted = this.#records.toSorted((a, b) => a.position - b.position);
    if (isDescending) sorted.reverse();
    return sorted.slice(offset, offset + limit).map(({ line }) => line);
  }
}
