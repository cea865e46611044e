import { mountWith } from "../rig/mount-point.ts";
import { Server } from "../rig/processes.ts";
import type { Contestant } from "./contestant.ts";
import { readerOfMountedFile } from "./mounted-file.ts";

/** `rclone mount` of nginx's listing, with its default settings. */
export const rcloneContestant: Contestant = {
  name: "rclone mount",
  isRaw: false,
  prepare: async (target, folder, signal) => {
    const { origin, pathname } = new URL(target.url);
    const remote = [":http:", "--http-url", `${origin}/`, "--config", "/dev/null"];
    const trust = target.ca === undefined ? [] : ["--ca-cert", target.ca];
    const cache = ["--cache-dir", `${folder}/cache`];
    const mount = await mountWith(
      folder,
      (mountPoint) =>
        Server.start("rclone", ["mount", ...remote, mountPoint, "--read-only", ...cache, ...trust]),
      signal,
    );
    return readerOfMountedFile(mount, pathname, target);
  },
};
