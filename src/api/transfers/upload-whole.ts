import type { FileEntry } from "../models.ts";
import type { UploadParts } from "./file-upload.ts";
import { ProgressCount } from "./options.ts";
import { partBytesOf } from "./upload-parts.ts";
import type { UploadSource } from "./upload-source.ts";

/** Uploads what is short enough for one request. */
export async function uploadWhole(
  { uploads, place, options }: UploadParts,
  source: UploadSource,
): Promise<FileEntry> {
  partBytesOf(0, options.partBytes);
  const bytes = await source.read(0, source.sizeBytes);
  await source.checkUnchanged();
  const file = await uploads.whole(place, { bytes }, options);
  new ProgressCount(bytes.length, options.onProgress).add(bytes.length);
  return file;
}
