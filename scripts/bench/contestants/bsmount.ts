import { bsmount } from "../rig/emulator.ts";
import { type MountedServer, mountWith } from "../rig/mount-point.ts";
import { Server } from "../rig/processes.ts";
import type { Account, Contestant } from "./contestant.ts";
import { readerOfMountedFile } from "./mounted-file.ts";

/** Our mount with its default settings; its caches and logs are in the read's own folder. */
export const bsmountContestant: Contestant = {
  name: "bsmount",
  isRaw: false,
  prepare: async (target, folder, signal) => {
    const { account, ca } = target;
    if (account === undefined) throw new Error("bsmount needs the emulator");
    const trust: Record<string, string> = ca === undefined ? {} : { NODE_EXTRA_CA_CERTS: ca };
    const mount = await mountBsmount(account, folder, signal, { variables: trust });
    return readerOfMountedFile(mount, account.path, target);
  },
};

export interface MountOptions {
  readonly variables?: Readonly<Record<string, string>>;
  /** Of `bsmount mount`. */
  readonly flags?: readonly string[];
}

/** Mounts what `account` sees; everything the mount keeps is in `folder`. */
export async function mountBsmount(
  account: Pick<Account, "apiServer" | "accessToken">,
  folder: string,
  signal: AbortSignal,
  { variables = {}, flags = [] }: MountOptions = {},
): Promise<MountedServer> {
  const env = {
    BASESPACE_ACCESS_TOKEN: account.accessToken,
    HOME: folder,
    XDG_CACHE_HOME: `${folder}/cache`,
    XDG_STATE_HOME: `${folder}/state`,
    ...variables,
  };
  const start = async (mountPoint: string): Promise<Server> => {
    const options = ["--api-server", account.apiServer, "--foreground", ...flags];
    return Server.start(process.execPath, [bsmount, "mount", mountPoint, ...options], env);
  };
  return await mountWith(folder, start, signal);
}
