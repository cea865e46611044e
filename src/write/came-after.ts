import { compareIds } from "../core/compare-ids.ts";
import type { FileId } from "../core/ids.ts";
import { type InFlight, isInFlight } from "./in-flight.ts";

/** What is known of a staged file whose process has ended. */
export interface LeftBehind {
  /** The complete file that its path showed when it was begun there; null for none, undefined where that is not known. */
  readonly shown?: FileId | null | undefined;
  /** The pending file that it was being sent to. */
  readonly pendingId?: FileId | undefined;
  /** MD5s of older contents of it that BaseSpace may have, lower-case hex. */
  readonly sentMd5s?: readonly string[];
  /** What BaseSpace may have of its earlier attempts, and of files that it has replaced. */
  readonly overtakes?: InFlight | undefined;
  /** When it was written last, in milliseconds since 1970. */
  readonly modifiedMs: number;
}

/**
 * Whether `remote`, which BaseSpace shows at its path, came after a staged file was begun there. Ids count up, so clocks
 * are compared only where the journal does not say what the path showed then.
 */
export function cameAfter(
  remote: {
    readonly id: FileId;
    readonly dateCreatedMs: number;
    readonly etag?: string | undefined;
  },
  { shown, pendingId, sentMd5s = [], overtakes, modifiedMs }: LeftBehind,
): boolean {
  if (remote.id === pendingId || remote.id === shown) return false;
  if (overtakes !== undefined && isInFlight(remote, overtakes)) return false;
  // The process ended before it knew that BaseSpace had that content.
  if (remote.etag !== undefined && sentMd5s.includes(remote.etag.toLowerCase())) return false;
  if (shown === undefined) return remote.dateCreatedMs > modifiedMs;
  return shown === null || compareIds(remote.id, shown) > 0;
}
