import type { FileId } from "../core/ids.ts";

/**
 * What BaseSpace may complete at a path of files that were removed or replaced there: when they were, a request was under
 * way. A file that has the path since then is newer, although BaseSpace gives it a smaller Id.
 */
export interface InFlight {
  /** Of pending files that parts were sent to. */
  readonly ids: readonly FileId[];
  /** Of contents that were sent in one request, lower-case hex. */
  readonly md5s: readonly string[];
}

/** How many of each are remembered. */
const MOST = 16;

export function bothInFlight(one: InFlight | undefined, other: InFlight | undefined): InFlight {
  const ids = [...new Set([...(one?.ids ?? []), ...(other?.ids ?? [])])].slice(-MOST);
  const md5s = [...new Set([...(one?.md5s ?? []), ...(other?.md5s ?? [])])].slice(-MOST);
  return { ids, md5s };
}

/** Whether `remote` is one of them. */
export function isInFlight(
  { id, etag }: { readonly id: FileId; readonly etag?: string | undefined },
  { ids, md5s }: InFlight,
): boolean {
  return ids.includes(id) || (etag !== undefined && md5s.includes(etag.toLowerCase()));
}
