import type { UploadProtocol } from "../../upload/upload-protocol.ts";
import type { FileEntry } from "../models/models.ts";
import type { CallOptions } from "../transport/rest.ts";
import type { UploadPlace } from "./upload-destination.ts";
import type { Uploads } from "./uploads.ts";

/** Files of app results and samples, by v1: begin, `PUT` of the parts, complete, abort. */
export function fileProtocol(
  uploads: Uploads,
  place: UploadPlace,
  options: Omit<CallOptions, "signal">,
): UploadProtocol<FileEntry, FileEntry> {
  return {
    begin: async (signal) => await uploads.beginFile(place, { ...options, signal }),
    sendPart: async ({ id: fileId }, { number, ...body }, signal) => {
      await uploads.part({ fileId, number }, body, { ...options, signal });
    },
    complete: async ({ id: fileId }, sizeBytes, signal) => {
      return await uploads.complete({ fileId, sizeBytes }, { ...options, signal });
    },
    abort: async ({ id }, signal) => await uploads.abort(id, { signal }),
  };
}
