import type { SampleId } from "../../core/ids.ts";
import { decodeAppResult } from "../models/app-result.ts";
import type { AppResult, Reference, Sample } from "../models/models.ts";

interface Referring {
  readonly references?: readonly Reference[];
}

/** The Ids of what `from` refers to, of one type: `Sample`, `AppResult`, in any case. No request. */
export function referencedIds(from: Referring, type: string): string[] {
  return ofType(from, type).map(({ href }) => href.split("/").at(-1) ?? "");
}

/** The Ids of the samples that an app result was made of. No request. */
export function referencedSampleIds(result: AppResult): SampleId[] {
  return referencedIds(result, "Sample");
}

/** The app results that a sample refers to, out of the sample itself. No request. */
export function referencedAppResults(sample: Sample): AppResult[] {
  return ofType(sample, "AppResult")
    .filter(({ content }) => content !== undefined)
    .map(({ content }, index) => decodeAppResult(content, `References[${index}].Content`));
}

function ofType({ references = [] }: Referring, type: string): readonly Reference[] {
  return references.filter((each) => each.type.toLowerCase() === type.toLowerCase());
}
