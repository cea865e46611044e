import type { AppResultId } from "../../core/ids.ts";

/** Where a file goes. */
export interface UploadPlace {
  readonly appResultId: AppResultId;
  /** Folders and name, separated by `/`, without a leading one. */
  readonly path: string;
  /** Default `application/octet-stream`. */
  readonly contentType?: string;
}
