/*
 * Indexes of genomics files, by their names. Programs take an index that is older than its data for a stale one,
 * so whoever copies both copies the data first.
 */

/** What the name of an index ends with, and with what that of its data may end where it is not a part of it. */
const DATA_OF: ReadonlyMap<string, readonly string[]> = new Map([
  [".bai", [".bam"]],
  [".crai", [".cram"]],
  [".csi", [".bam", ".bcf", ".vcf.gz", ".cram", ".bed.gz", ".gff.gz", ".gtf.gz", ".sam.gz"]],
  [".tbi", [".vcf.gz", ".bed.gz", ".gff.gz", ".gff3.gz", ".gtf.gz", ".tsv.gz", ".txt.gz"]],
  [".fai", [".fa", ".fasta", ".fna", ".fa.gz", ".fasta.gz", ".fna.gz", ".fq", ".fastq"]],
  [".gzi", [".gz", ".bgz", ".fa.gz", ".fasta.gz", ".fna.gz"]],
  [".idx", [".vcf", ".bed", ".gff", ".gtf"]],
]);

/** The names that the data of an index called `name` may have, the likeliest first; none for any other file. */
export function dataNamesOf(name: string): readonly string[] {
  const dot = name.lastIndexOf(".");
  const endings = dot > 0 ? DATA_OF.get(name.slice(dot).toLowerCase()) : undefined;
  const stem = name.slice(0, dot);
  return endings === undefined ? [] : [stem, ...endings.map((ending) => `${stem}${ending}`)];
}

/** A file and the indexes of it, which are to be copied after it, in this order. */
export interface WithIndexes<Item> {
  readonly data: Item;
  readonly indexes: readonly Item[];
}

/**
 * All of `items`, each once: an index with its data, where that is among them, and what is none, or has no data
 * here, by itself. `nameOf` gives a name in one folder, or a whole path.
 */
export function withIndexes<Item>(
  items: readonly Item[],
  nameOf: (item: Item) => string,
): readonly WithIndexes<Item>[] {
  const names = new Set(items.map(nameOf));
  const groups = new Map<string, Item[]>();
  const behind: { readonly item: Item; readonly owner: string; readonly depth: number }[] = [];
  const first: { readonly data: Item; readonly name: string }[] = [];
  for (const item of items) {
    const name = nameOf(item);
    const { owner, depth } = ownerOf(name, names);
    if (depth === 0) first.push({ data: item, name });
    else behind.push({ item, owner, depth });
  }
  for (const { item, owner } of behind.toSorted((a, b) => a.depth - b.depth)) {
    groups.set(owner, [...(groups.get(owner) ?? []), item]);
  }
  return first.map(({ data, name }) => {
    const indexes = groups.get(name) ?? [];
    // Of two items of one name the first has the indexes.
    groups.delete(name);
    return { data, indexes };
  });
}

/** What `name` is the index of, or that of what it is the index of; itself at depth 0. */
function ownerOf(
  name: string,
  names: ReadonlySet<string>,
): { readonly owner: string; readonly depth: number } {
  const data = dataNamesOf(name).find((candidate) => names.has(candidate));
  if (data === undefined) return { owner: name, depth: 0 };
  const { owner, depth } = ownerOf(data, names);
  return { owner, depth: depth + 1 };
}
