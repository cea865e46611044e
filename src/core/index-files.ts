/*
 * Finds index files of genomics data by their names. Programs consider an index that is older than its data stale, so
 * the data has to be copied first.
 */

/** The extensions of indexes, with the extensions that their data may have in place of them. */
const DATA_EXTENSIONS: ReadonlyMap<string, readonly string[]> = new Map([
  [".bai", [".bam"]],
  [".crai", [".cram"]],
  [".csi", [".bam", ".bcf", ".vcf.gz", ".cram", ".bed.gz", ".gff.gz", ".gtf.gz", ".sam.gz"]],
  [".tbi", [".vcf.gz", ".bed.gz", ".gff.gz", ".gff3.gz", ".gtf.gz", ".tsv.gz", ".txt.gz"]],
  [".fai", [".fa", ".fasta", ".fna", ".fa.gz", ".fasta.gz", ".fna.gz", ".fq", ".fastq"]],
  [".gzi", [".gz", ".bgz", ".fa.gz", ".fasta.gz", ".fna.gz"]],
  [".idx", [".vcf", ".bed", ".gff", ".gtf"]],
]);

/** The names that the data of the index `name` can have, the most likely first; empty when `name` is no index. */
export function dataNamesOf(name: string): readonly string[] {
  const dot = name.lastIndexOf(".");
  const endings = dot > 0 ? DATA_EXTENSIONS.get(name.slice(dot).toLowerCase()) : undefined;
  const stem = name.slice(0, dot);
  return endings === undefined ? [] : [stem, ...endings.map((ending) => `${stem}${ending}`)];
}

/** A file with its indexes, which have to be copied after it, in this order. */
export interface WithIndexes<Item> {
  readonly data: Item;
  readonly indexes: readonly Item[];
}

/**
 * Groups `items` so that each index is with its data, if that is among them. `nameOf` returns a name in one folder, or
 * a full path.
 */
export function withIndexes<Item>(
  items: readonly Item[],
  nameOf: (item: Item) => string,
): readonly WithIndexes<Item>[] {
  const names = new Set(items.map(nameOf));
  const groups = new Map<string, Item[]>();
  const indexItems: { readonly item: Item; readonly owner: string; readonly depth: number }[] = [];
  const dataItems: { readonly data: Item; readonly name: string }[] = [];
  for (const item of items) {
    const name = nameOf(item);
    const { owner, depth } = ownerOf(name, names);
    if (depth === 0) dataItems.push({ data: item, name });
    else indexItems.push({ item, owner, depth });
  }
  for (const { item, owner } of indexItems.toSorted((a, b) => a.depth - b.depth)) {
    groups.set(owner, [...(groups.get(owner) ?? []), item]);
  }
  return dataItems.map(({ data, name }) => {
    const indexes = groups.get(name) ?? [];
    // When two items have the same name, the first gets the indexes.
    groups.delete(name);
    return { data, indexes };
  });
}

/** The data of `name`, or the data of its data if that is an index itself; `name` at depth 0 if it is no index. */
function ownerOf(
  name: string,
  names: ReadonlySet<string>,
): { readonly owner: string; readonly depth: number } {
  const data = dataNamesOf(name).find((candidate) => names.has(candidate));
  if (data === undefined) return { owner: name, depth: 0 };
  const { owner, depth } = ownerOf(data, names);
  return { owner, depth: depth + 1 };
}
