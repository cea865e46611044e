import { bsmount } from "../rig/emulator.ts";
import { mountWith } from "../rig/mount-point.ts";
import { Server } from "../rig/processes.ts";
import type { Contestant } from "./contestant.ts";
import { readerOfMountedFile } from "./mounted-file.ts";

/** Our mount with its default settings; its caches and logs are in the read's own folder. */
export const bsmountContestant: Contestant = {
  name: "bsmount",
  isRaw: false,
  prepare: async (target, folder, signal) => {
    const { account } = target;
    if (account === undefined) throw new Error("bsmount needs the emulator");
    const env = {
      BASESPACE_ACCESS_TOKEN: account.accessToken,
      HOME: folder,
      XDG_CACHE_HOME: `${folder}/cache`,
      XDG_STATE_HOME: `${folder}/state`,
      ...(target.ca === undefined ? {} : { NODE_EXTRA_CA_CERTS: target.ca }),
    };
    const mount = await mountWith(
      folder,
      async (mountPoint) => {
        const options = ["--api-server", account.apiServer, "--foreground"];
        return Server.start(process.execPath, [bsmount, "mount", mountPoint, ...options], env);
      },
      signal,
    );
    return readerOfMountedFile(mount, account.path, target);
  },
};
