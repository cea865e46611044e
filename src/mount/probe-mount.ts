import { spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { text } from "node:stream/consumers";
import { abandonOnAbort } from "../core/abort.ts";

/** `dead` when the process of the mount has ended, `silent` when it does not respond within some seconds. */
export type MountState = "live" | "dead" | "silent";

/** Most of it is for starting a process. */
const PROBE_MS = 5_000;

const DEAD: ReadonlySet<string> = new Set(["ENOTCONN", "ECONNABORTED"]);

const SCRIPT = `
  try { require("node:fs").statfsSync(process.argv[1]); }
  catch (error) { process.stdout.write(String(error.code)); }
`;

/**
 * Calls statfs(2) on the mount on `mountPoint`, in another process: a hanging mount would block a thread of this one,
 * and keep it from exiting.
 */
export async function probeMount(mountPoint: string, signal: AbortSignal): Promise<MountState> {
  const child = spawn(process.execPath, ["-e", SCRIPT, mountPoint], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const late = AbortSignal.timeout(PROBE_MS);
  try {
    const exited = Promise.all([text(child.stdout), once(child, "exit")]);
    const [code] = await abandonOnAbort(exited, AbortSignal.any([late, signal]));
    return DEAD.has(code) ? "dead" : "live";
  } catch (error) {
    signal.throwIfAborted();
    if (late.aborted) return "silent";
    throw error;
  } finally {
    // The child may not end before the mount does, so this does not wait for it.
    child.kill("SIGKILL");
    child.stdout.destroy();
    child.unref();
  }
}
