import type { Json, View } from "../view.ts";
import { v2Href } from "./href.ts";

interface Known {
  readonly name: string;
  readonly conformsTo: readonly string[];
}

const KNOWN: Readonly<Record<string, Known>> = {
  "illumina.fastq.v1.8": { name: "Illumina Fastq", conformsTo: ["common.files", "common.fastq"] },
  "common.fastq": { name: "Fastq", conformsTo: ["common.files", "common.fastq"] },
  "common.files": { name: "Common Files", conformsTo: [] },
};

export function datasetType(view: View, id: string): Json {
  const { name, conformsTo } = known(id);
  return {
    Id: id,
    Href: v2Href(view, "datasettypes", id),
    Name: name,
    ConformsToIds: conformsTo,
  };
}

/** A filter's `~common.fastq` means the type and all that conform to it, without the tilde the type alone. */
export function isOfType(id: string, wanted: string): boolean {
  if (!wanted.startsWith("~")) return id.toLowerCase() === wanted;
  return [id, ...known(id).conformsTo].some((each) => each.toLowerCase() === wanted.slice(1));
}

/** Every dataset has files, whatever else its type may ask for. */
function known(id: string): Known {
  const type = Object.hasOwn(KNOWN, id) ? KNOWN[id] : undefined;
  return type ?? { name: id, conformsTo: ["common.files"] };
}
