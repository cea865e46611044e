import type { Query } from "../http/query.ts";
import { isOfType } from "../serialise/v2/dataset-type.ts";
import type { Dataset } from "../state/v2-entities.ts";
import type { State } from "../state/state.ts";
import { parseHref } from "../text/hrefs.ts";

/** What the query lets through, by type, state, place, and what went in. */
export function datasetFilter(state: State, query: Query): (dataset: Dataset) => boolean {
  const types = query.list("datasetTypes");
  return (dataset) =>
    (types.length === 0 || types.some((wanted) => isOfType(dataset.typeId, wanted))) &&
    query.allows("qcStatus", dataset.qcStatus) &&
    query.allows("uploadStatus", dataset.uploadStatus) &&
    query.allows("projectId", dataset.projectId) &&
    query.allows("appSessionIds", dataset.appSessionId) &&
    query.allows("isArchived", String(dataset.isArchived)) &&
    meets(query.list("inputRuns"), () => inputs(dataset, "runs")) &&
    meets(query.list("inputBioSamples"), () => bioSamplesOf(state, dataset));
}

function meets(wanted: readonly string[], ids: () => readonly string[]): boolean {
  return wanted.length === 0 || ids().some((id) => wanted.includes(id));
}

/** A biosample went in itself, or as one of its libraries. */
function bioSamplesOf(state: State, dataset: Dataset): string[] {
  const libraries = inputs(dataset, "libraries").map((id) => state.get("libraries", id));
  const throughLibraries = libraries.flatMap((library) => library?.bioSampleId ?? []);
  return [...inputs(dataset, "biosamples"), ...throughLibraries];
}

/** Ids of the things of `noun` in the dataset's `Input.…` properties. */
export function inputs(
  { properties }: Pick<Dataset, "properties">,
  noun: string,
): readonly string[] {
  return properties
    .filter(({ name }) => name.startsWith("Input."))
    .flatMap(({ content, items = [] }) => (content === undefined ? items : [content]))
    .map((href) => parseHref(href))
    .filter((target) => target?.noun === noun)
    .map((target) => target?.id ?? "");
}
