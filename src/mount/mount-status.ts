import type { SessionDescription } from "../session/session-description.ts";

/** How many files of a mount are not in BaseSpace. */
export interface MountUploads {
  /** Files that are being uploaded or wait for that. */
  readonly pending: number;
  /** Files whose upload failed. */
  readonly failed: number;
  /** Files that await a rename. */
  readonly held: number;
  /** Files whose last writer did not close them. Absent in mounts of older versions. */
  readonly interrupted?: number;
  /** Bytes of the pending files that BaseSpace has not confirmed. Absent in mounts of older versions. */
  readonly leftBytes?: number;
}

/** One row of `bsmount status`. */
export interface MountStatus extends SessionDescription {
  /** The absolute path of the mount point. */
  readonly mountPoint: string;
  /** The process that serves the mount. */
  readonly pid: number;
  /** Where the mount's process logs; absent in the foreground. */
  readonly logFile?: string;
  /** The numbers of files that are not in BaseSpace. */
  readonly uploads: MountUploads;
  /** When it was mounted, ISO 8601. */
  readonly since: string;
  /** The mount was unmounted lazily, and serves open files until they are closed. */
  readonly isDetached?: true;
  /** Set when the process does not respond, as a sentence; everything else is then the status at its start. */
  readonly silence?: string;
}
