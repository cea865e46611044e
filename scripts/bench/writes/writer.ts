import type { AppResultId } from "../../../src/core/ids.ts";
import type { Usage } from "../rig/usage.ts";
import type { LocalSource, Workload } from "./workload.ts";

/** The app result that takes the files, new for every sample. */
export interface Destination {
  readonly apiServer: string;
  readonly accessToken: string;
  readonly appResultId: AppResultId;
  /** The path of its `files` in a mount. */
  readonly mountedPath: string;
}

/** What is uploaded. */
export interface Cargo {
  readonly workload: Workload;
  /** The folder with all sources and nothing else. */
  readonly folder: string;
  readonly sources: readonly LocalSource[];
}

/** One way to upload. */
export interface Writer {
  readonly name: string;
  readonly isRaw: boolean;
  /** Gets ready; `folder` is empty and belongs to this sample. */
  prepare(
    destination: Destination,
    cargo: Cargo,
    folder: string,
    signal: AbortSignal,
  ): Promise<ReadyWriter>;
}

/** Everything is up and nothing was sent. */
export interface ReadyWriter extends AsyncDisposable {
  /** Uploads everything; returns when the service says that all is complete. This is what is timed. */
  write(signal: AbortSignal): Promise<void>;
  usage(): Usage;
}
