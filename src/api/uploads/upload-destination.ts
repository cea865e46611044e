import { BsmountError } from "../../core/errors.ts";
import type { AppResultId, SampleId } from "../../core/ids.ts";
import { segment } from "../transport/address.ts";

/** Where a file goes. Samples take files from few apps only. */
export type UploadPlace = UploadedFile &
  ({ readonly appResultId: AppResultId } | { readonly sampleId: SampleId });

interface UploadedFile {
  /** Folders and name, separated by `/`, without a leading one. */
  readonly path: string;
  /** Default `application/octet-stream`. */
  readonly contentType?: string;
}

/**
 * Refuses a path that the service would put elsewhere than it says, so that nobody would find the file there.
 * @throws BsmountError `invalid`
 */
export function checkUploadPath(path: string): void {
  const isPath = path.split("/").every((name) => !["", ".", ".."].includes(name));
  if (isPath && !path.includes("\0")) return;
  throw new BsmountError("invalid", `${JSON.stringify(path)} cannot be the path of a file`, {
    remedy: "give the names of folders and file with one slash in between and none around them",
  });
}

/** The path of the list that a file is added to. */
export function filesPathOf(place: UploadPlace): string {
  return "appResultId" in place
    ? `/v1pre3/appresults/${segment(place.appResultId)}/files`
    : `/v1pre3/samples/${segment(place.sampleId)}/files`;
}
