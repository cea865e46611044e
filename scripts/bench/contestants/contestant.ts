import type { Usage } from "../rig/usage.ts";

/** The object that everybody reads. */
export interface Target {
  readonly url: string;
  readonly sizeBytes: number;
  /** A local file with the same bytes. */
  readonly original: string;
  /** The certificate that the server shows, when it speaks TLS. */
  readonly ca?: string;
  /** The emulator's account that has the object as a file; only where bsmount takes part. */
  readonly account?: Account;
}

export interface Account {
  readonly apiServer: string;
  readonly accessToken: string;
  /** The file's path in a mount. */
  readonly path: string;
}

/** One way to read the object. */
export interface Contestant {
  readonly name: string;
  /** Raw contestants have no mount; the fastest of them is what the others are compared with. */
  readonly isRaw: boolean;
  /** Gets ready for one cold read; `folder` is empty and belongs to this read. */
  prepare(target: Target, folder: string, signal: AbortSignal): Promise<ColdReader>;
}

/** Everything is up and nothing of the object has been read. */
export interface ColdReader extends AsyncDisposable {
  /** Reads the whole object once; this is what is timed. */
  read(signal: AbortSignal): Promise<void>;
  /** Rejects unless what this contestant reads is the object's bytes. */
  verify(signal: AbortSignal): Promise<void>;
  /** What the contestant has used since it started. */
  usage(): Usage;
}
