import { BsmountError } from "../../core/errors.ts";
import type { AppResultId, SampleId } from "../../core/ids.ts";
import { segment } from "../transport/address.ts";

/** Where a file is uploaded to. Samples accept files from few apps only. */
export type UploadDestination = FileToUpload &
  ({ readonly appResultId: AppResultId } | { readonly sampleId: SampleId });

interface FileToUpload {
  /** Folders and name, separated by `/`, without a leading one. */
  readonly path: string;
  /** Default `application/octet-stream`. */
  readonly contentType?: string;
}

/**
 * Refuses a path under which the service would not show the file.
 * @throws BsmountError `invalid`
 */
export function checkUploadPath(path: string): void {
  const isPath = path.split("/").every((name) => !["", ".", ".."].includes(name));
  if (isPath && !path.includes("\0")) return;
  throw new BsmountError("invalid", `${JSON.stringify(path)} cannot be the path of a file`, {
    remedy: "give the names of folders and file with one slash in between and none around them",
  });
}

/** The path of the list that the file is added to. */
export function filesPathOf(destination: UploadDestination): string {
  return "appResultId" in destination
    ? `/v1pre3/appresults/${segment(destination.appResultId)}/files`
    : `/v1pre3/samples/${segment(destination.sampleId)}/files`;
}
