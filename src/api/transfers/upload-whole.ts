import type { FileEntry } from "../models/models.ts";
import type { UploadContext } from "./upload-file.ts";
import { ProgressCount } from "./options.ts";
import { partBytesOf } from "../../upload/part-sizes.ts";
import type { UploadSource } from "./upload-source.ts";

/** Uploads what is short enough for one request. */
export async function uploadWhole(
  { uploads, place, options }: UploadContext,
  source: UploadSource,
): Promise<FileEntry> {
  partBytesOf(0, options.partBytes);
  const { sizeBytes } = source;
  const file = await source.use({ start: 0, end: sizeBytes }, async (bytes) => {
    if (!(await source.isUntouched())) throw source.changed();
    return await uploads.whole(place, { bytes }, options);
  });
  new ProgressCount(sizeBytes, options.onProgress).add(sizeBytes);
  return file;
}
