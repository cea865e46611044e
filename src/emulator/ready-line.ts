import type { Emulator } from "./options.ts";

/** The line of JSON that `bsmount emulator` prints once it accepts requests. */
export interface ReadyLine {
  readonly apiServer: string;
  /** A token with all scopes. */
  readonly accessToken: string;
  readonly storeServer: string;
  /** Null if everything is in memory. */
  readonly dataDir: string | null;
  readonly pid: number;
}

export function readyLine(emulator: Emulator): ReadyLine {
  const { apiServer, accessToken, storeServer, dataDir, pid } = emulator;
  return { apiServer, accessToken, storeServer, dataDir: dataDir ?? null, pid };
}
