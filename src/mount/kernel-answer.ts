import { spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { text } from "node:stream/consumers";
import { abandonOnAbort } from "../core/abort.ts";

/**
 * What the kernel says of a mount: `dead` when its process has ended, `silent` when nobody answers, which is
 * given up after some seconds.
 */
export type KernelAnswer = "live" | "dead" | "silent";

/** Starting a process takes most of it. */
const ASK_MS = 5_000;

const DEAD: ReadonlySet<string> = new Set(["ENOTCONN", "ECONNABORTED"]);

const SCRIPT = `
  try { require("node:fs").statfsSync(process.argv[1]); }
  catch (error) { process.stdout.write(String(error.code)); }
`;

/**
 * Asks for the mount on `mountPoint`. Another process does: a mount that hangs keeps a thread of whoever asks,
 * and with it his end.
 */
export async function kernelAnswer(mountPoint: string, signal: AbortSignal): Promise<KernelAnswer> {
  const child = spawn(process.execPath, ["-e", SCRIPT, mountPoint], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const late = AbortSignal.timeout(ASK_MS);
  try {
    const answered = Promise.all([text(child.stdout), once(child, "exit")]);
    const [code] = await abandonOnAbort(answered, AbortSignal.any([late, signal]));
    return DEAD.has(code) ? "dead" : "live";
  } catch (error) {
    signal.throwIfAborted();
    if (late.aborted) return "silent";
    throw error;
  } finally {
    // It may not even die before the mount does; nobody waits for that.
    child.kill("SIGKILL");
    child.stdout.destroy();
    child.unref();
  }
}
