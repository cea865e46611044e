import type { Parent } from "./entities.ts";
import type { Dataset } from "./v2-entities.ts";

type DatasetFiles = Parent & { readonly noun: "datasets" | "samples" };

/** The parent of a dataset's files: the dataset itself, or the sample that it represents. */
export function filesParent({ id, sampleId }: Pick<Dataset, "id" | "sampleId">): DatasetFiles {
  return sampleId === undefined ? { noun: "datasets", id } : { noun: "samples", id: sampleId };
}
