import { BsmountError } from "../core/errors.ts";
import type { SessionUploads } from "../session/session-uploads.ts";
import type { ListedUpload } from "../session/upload-list.ts";

/*
 * The requests about unfinished files, one by one. A line of the protocol has a limited length, so a list is sent in
 * pages: each reply has `next` as long as there are more.
 */

export type UploadsRequest =
  | {
      readonly method: "uploads";
      /** In the mount: only this file, or those below it. */
      readonly path?: string;
      /** The staging file that the page before ended with. */
      readonly after?: string;
    }
  | { readonly method: "upload-progress"; readonly path?: string }
  /** Tries a failed upload again; `file` is the staging file. */
  | { readonly method: "retry-upload"; readonly file: string }
  /** Finishes a file that awaits a commit. */
  | { readonly method: "commit-upload"; readonly file: string }
  | { readonly method: "discard-upload"; readonly file: string };

export interface UploadsPage {
  readonly uploads: readonly ListedUpload[];
  /** The value of `after` for the next page; absent in the last one. */
  readonly next?: string;
}

const METHODS: readonly string[] = [
  "uploads",
  "upload-progress",
  "retry-upload",
  "commit-upload",
  "discard-upload",
] satisfies readonly UploadsRequest["method"][];

export function isUploadsRequest(request: { readonly method: string }): request is UploadsRequest {
  return METHODS.includes(request.method);
}

/** The request in a message; undefined when it is another one. @throws BsmountError `invalid` */
export function parseUploadsRequest(value: Record<string, unknown>): UploadsRequest | undefined {
  const path = typeof value["path"] === "string" ? { path: value["path"] } : {};
  const after = typeof value["after"] === "string" ? { after: value["after"] } : {};
  const { method } = value;
  switch (method) {
    case "uploads":
      return { method, ...path, ...after };
    case "upload-progress":
      return { method, ...path };
    case "retry-upload":
    case "commit-upload":
    case "discard-upload":
      return { method, file: fileIn(value) };
    default:
      return undefined;
  }
}

function fileIn({ method, file }: Record<string, unknown>): string {
  if (typeof file === "string") return file;
  throw new BsmountError("invalid", `${String(method)} needs the staging file`);
}

/** @throws what the session throws */
export async function handleUploadsRequest(
  request: UploadsRequest,
  uploads: SessionUploads,
  signal: AbortSignal,
): Promise<unknown> {
  switch (request.method) {
    case "uploads":
      return pageOf(await uploads.list(request.path, signal), request.after);
    case "upload-progress":
      return await uploads.progress(request.path, signal);
    case "retry-upload":
      return await uploads.retry(request.file, signal);
    case "commit-upload":
      return await uploads.commit(request.file, signal);
    default:
      return await uploads.discard(request.file, signal);
  }
}

/** Less than half a line, since one more file can follow. */
const PAGE_BYTES = 24 * 1024;

/** In the order of their staging files, so that files that come and go do not move the others. */
function pageOf(uploads: readonly ListedUpload[], after: string | undefined): UploadsPage {
  const rest = uploads
    .filter(({ file }) => after === undefined || file > after)
    .toSorted((a, b) => (a.file < b.file ? -1 : 1));
  const page: ListedUpload[] = [];
  let bytes = 0;
  for (const upload of rest) {
    page.push(upload);
    bytes += Buffer.byteLength(JSON.stringify(upload));
    if (bytes > PAGE_BYTES) break;
  }
  const last = page.at(-1);
  return page.length < rest.length && last !== undefined
    ? { uploads: page, next: last.file }
    : { uploads: page };
}
