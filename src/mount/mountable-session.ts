import type { FileSystem } from "../fs/file-system.ts";
import type { MetricsSnapshot } from "../metrics/collector.ts";
import type { HeldFiles } from "../session/held-files.ts";
import type { UploadCounts } from "../session/staged-uploads.ts";
import type { SessionDescription } from "../session/session.ts";
import type { UploadsLeft } from "../session/uploads-left.ts";

/** What mounting asks of a session; disposing ends whatever it started. */
export interface MountableSession extends AsyncDisposable {
  readonly fileSystem: FileSystem;
  describe(): SessionDescription;
  /** Absent as long as the session cannot write. */
  uploads?(): UploadCounts;
  /** What was written and is not in BaseSpace. Absent as long as it cannot write, as are the next three. */
  uploadsLeft?(): UploadsLeft;
  /** Paths of files that are open for writing, when those that were just closed had time to show it. */
  stillOpen?(signal: AbortSignal): Promise<readonly string[]>;
  /** From now on disposing waits for no uploads: what is not in BaseSpace stays in staging. */
  hurry?(): void;
  /** Paths of files of an app result that are not in BaseSpace: open for writing, and the others. */
  unfinishedIn?(
    appResultId: string,
    signal: AbortSignal,
  ): Promise<{ readonly open: readonly string[]; readonly left: readonly string[] }>;
  /** Finishes what was closed and has its final name. @throws the first failure, when all were tried */
  finishUploads?(signal: AbortSignal): Promise<void>;
  /** Files under temporary names count as having their final ones from now on. */
  uploadHeld?(signal: AbortSignal): Promise<void>;
  /** Gives files under temporary names up, unless somebody has them open. */
  discardHeld?(signal: AbortSignal): Promise<void>;
  /** Totals since the session began. */
  metrics?(): Promise<MetricsSnapshot>;
  /** Sets the status of the app result that `path` is in, after its files were finished. */
  setStatus?(
    path: string,
    change: { readonly status: string; readonly summary?: string; readonly held?: HeldFiles },
    signal: AbortSignal,
  ): Promise<void>;
  /** Forgets what is cached about `path` and below, of everything without one. */
  refresh?(path: string | undefined, signal: AbortSignal): Promise<void>;
}
