import type { Emulator } from "./options.ts";

/** What `bsmount emulator` prints as one line of JSON once it answers requests. */
export interface ReadyLine {
  readonly apiServer: string;
  /** A token with every scope. */
  readonly accessToken: string;
  readonly storeServer: string;
  /** Null when the emulator forgets everything at its end. */
  readonly dataDir: string | null;
  readonly pid: number;
}

export function readyLine(emulator: Emulator): ReadyLine {
  const { apiServer, accessToken, storeServer, dataDir, pid } = emulator;
  return { apiServer, accessToken, storeServer, dataDir: dataDir ?? null, pid };
}
