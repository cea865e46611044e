import type { SessionDescription } from "../session/session.ts";
import type { UploadCounts } from "../session/staged-uploads.ts";

/** One row of `bsmount status`. */
export interface MountStatus extends SessionDescription {
  readonly mountPoint: string;
  readonly pid: number;
  /** Where the mount's process logs; absent in the foreground. */
  readonly logFile?: string;
  readonly uploads: UploadCounts;
  /** When it was mounted, ISO 8601. */
  readonly since: string;
  /** The mount point is free again: whoever had something open is served until he closes it. */
  readonly isDetached?: true;
  /** Only when its process does not answer, which it says in words: all else is then as it began. */
  readonly silence?: string;
}
