import type { Emulator } from "./options.ts";

/** The line of JSON that `bsmount emulator` prints once it accepts requests. */
export interface ReadyLine {
  /** Origin of the API. */
  readonly apiServer: string;
  /** A token with all scopes. */
  readonly accessToken: string;
  /** Origin of the billing API. */
  readonly storeServer: string;
  /** Null if everything is in memory. */
  readonly dataDir: string | null;
  /** Process Id of the emulator. */
  readonly pid: number;
  /** The PEM file of the object store's certificate; only with `--tls`. */
  readonly caPath?: string;
}

/** Makes the ready line of a running emulator. */
export function readyLine(emulator: Emulator): ReadyLine {
  const { apiServer, accessToken, storeServer, dataDir, pid, caPath } = emulator;
  const line = { apiServer, accessToken, storeServer, dataDir: dataDir ?? null, pid };
  return caPath === undefined ? line : { ...line, caPath };
}
