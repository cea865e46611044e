import type { Json, View } from "../view.ts";
import { v2Href } from "./href.ts";

interface DatasetType {
  readonly name: string;
  readonly conformsTo: readonly string[];
}

const DATASET_TYPES: Readonly<Record<string, DatasetType>> = {
  "illumina.fastq.v1.8": { name: "Illumina Fastq", conformsTo: ["common.files", "common.fastq"] },
  "common.fastq": { name: "Fastq", conformsTo: ["common.files", "common.fastq"] },
  "common.files": { name: "Common Files", conformsTo: [] },
};

export function datasetType(view: View, id: string): Json {
  const { name, conformsTo } = datasetTypeOf(id);
  return {
    Id: id,
    Href: v2Href(view, "datasettypes", id),
    Name: name,
    ConformsToIds: conformsTo,
  };
}

/** A filter `~common.fastq` accepts the type and all that conform to it; without the tilde only the type. */
export function matchesType(id: string, wanted: string): boolean {
  if (!wanted.startsWith("~")) return id.toLowerCase() === wanted;
  return [id, ...datasetTypeOf(id).conformsTo].some(
    (each) => each.toLowerCase() === wanted.slice(1),
  );
}

/** An unknown type conforms to `common.files`, because every dataset has files. */
function datasetTypeOf(id: string): DatasetType {
  const type = Object.hasOwn(DATASET_TYPES, id) ? DATASET_TYPES[id] : undefined;
  return type ?? { name: id, conformsTo: ["common.files"] };
}
