import type { Config } from "../config/config.ts";
import type { TokenWatch } from "./token-watch.ts";

/** What `bsmount status` shows of a session; no secrets. */
export interface SessionDescription {
  /** The origin of the API server. */
  readonly apiServer: string;
  /** The name of the user that the token belongs to. */
  readonly user: string;
  /** The profile, if the token came from one. */
  readonly profile: string;
  /** The layout of the tree. */
  readonly layout: string;
  /** When a close returns. */
  readonly writeMode: string;
  /** The folder of the disk cache. */
  readonly cacheDir: string;
  /** The folder of staged files. */
  readonly stagingDir: string;
  /** The folder for what must survive a restart. Absent in mounts of older versions. */
  readonly stateDir?: string;
  /** Where the token was found, in words. Absent, as the fields after it, in mounts of older versions. */
  readonly tokenSource?: string;
  /** Where the token came from. */
  readonly tokenKind?: "profile" | "file" | "environment";
  /** Since when the service has refused it, ISO 8601; absent while it does not. */
  readonly tokenRefusedSince?: string;
}

export function describeSession(
  config: Config,
  user: string,
  { refusedSince }: TokenWatch,
): SessionDescription {
  const { connection, folders } = config;
  const { apiServer, profile, tokenSource, tokenOrigin } = connection;
  return {
    apiServer,
    user,
    profile,
    layout: "default",
    writeMode: config.mount.writeMode,
    cacheDir: folders.cache,
    stagingDir: folders.staging,
    stateDir: folders.state,
    tokenSource,
    tokenKind: tokenOrigin.kind === "fixed" ? "environment" : tokenOrigin.kind,
    ...(refusedSince === undefined ? {} : { tokenRefusedSince: refusedSince }),
  };
}
