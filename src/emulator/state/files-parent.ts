import type { Parent } from "./entities.ts";
import type { Dataset } from "./v2-entities.ts";

type DatasetFiles = Parent & { readonly noun: "datasets" | "samples" };

/** Whose files a dataset has: its own, or those of the sample that it is. */
export function filesParent({ id, sampleId }: Pick<Dataset, "id" | "sampleId">): DatasetFiles {
  return sampleId === undefined ? { noun: "datasets", id } : { noun: "samples", id: sampleId };
}
