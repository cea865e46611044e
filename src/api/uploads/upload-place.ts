import type { AppResultId, SampleId } from "../../core/ids.ts";
import { segment } from "../address.ts";

/** Where a file goes. Samples take files from few apps only. */
export type UploadPlace = UploadedFile &
  ({ readonly appResultId: AppResultId } | { readonly sampleId: SampleId });

interface UploadedFile {
  /** Folders and name, separated by `/`, without a leading one. */
  readonly path: string;
  /** Default `application/octet-stream`. */
  readonly contentType?: string;
}

/** The path of the list that a file is added to. */
export function filesPathOf(place: UploadPlace): string {
  return "appResultId" in place
    ? `/v1pre3/appresults/${segment(place.appResultId)}/files`
    : `/v1pre3/samples/${segment(place.sampleId)}/files`;
}
