import type { FileSystem } from "../fs/file-system.ts";
import type { MetricsSnapshot } from "../metrics/collector.ts";
import type { UploadCounts } from "../session/local-uploads.ts";
import type { SessionDescription } from "../session/session.ts";

/** What mounting asks of a session; disposing ends whatever it started. */
export interface MountableSession extends AsyncDisposable {
  readonly fileSystem: FileSystem;
  describe(): SessionDescription;
  /** Absent as long as the session cannot write. */
  uploads?(): UploadCounts;
  /** Totals since the session began. */
  metrics?(): Promise<MetricsSnapshot>;
  /** Sets the status of the app result that `path` is in, after its files were finished. */
  setStatus?(
    path: string,
    change: { readonly status: string; readonly summary?: string },
    signal: AbortSignal,
  ): Promise<void>;
  /** Forgets what is cached about `path` and below, of everything without one. */
  refresh?(path: string | undefined, signal: AbortSignal): Promise<void>;
}
