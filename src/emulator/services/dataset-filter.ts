import type { Query } from "../http/query.ts";
import { matchesType } from "../serialise/v2/dataset-type.ts";
import type { State } from "../state/state.ts";
import type { Dataset } from "../state/v2-entities.ts";
import { parseHref } from "../text/hrefs.ts";

/** The filter of a dataset list: by type, state, project and inputs. */
export function datasetFilter(state: State, query: Query): (dataset: Dataset) => boolean {
  const types = query.list("datasetTypes");
  return (dataset) =>
    (types.length === 0 || types.some((wanted) => matchesType(dataset.typeId, wanted))) &&
    query.allows("qcStatus", dataset.qcStatus) &&
    query.allows("uploadStatus", dataset.uploadStatus) &&
    query.allows("projectId", dataset.projectId) &&
    query.allows("appSessionIds", dataset.appSessionId) &&
    query.allows("isArchived", String(dataset.isArchived)) &&
    includesAny(query.list("inputRuns"), () => inputIds(dataset, "runs")) &&
    includesAny(query.list("inputBioSamples"), () => bioSamplesOf(state, dataset));
}

function includesAny(wanted: readonly string[], ids: () => readonly string[]): boolean {
  return wanted.length === 0 || ids().some((id) => wanted.includes(id));
}

/** The biosamples among a dataset's inputs, directly or through one of their libraries. */
function bioSamplesOf(state: State, dataset: Dataset): string[] {
  const libraries = inputIds(dataset, "libraries").map((id) => state.get("libraries", id));
  const throughLibraries = libraries.flatMap((library) => library?.bioSampleId ?? []);
  return [...inputIds(dataset, "biosamples"), ...throughLibraries];
}

/** The Ids of `noun` in the `Input.…` properties. */
export function inputIds(
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
