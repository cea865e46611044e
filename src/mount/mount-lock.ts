import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";
import { BsmountError } from "../core/errors.ts";

/**
 * Takes the lock of a mount point: nobody else with the same runtime folder can mount there, recover or
 * remove its registry entry. It is an abstract Unix socket, see unix(7), so the kernel gives it back when
 * the process ends, however it ends, and there is no file to be stale.
 * @throws BsmountError `busy`
 */
export async function lockMount(
  runtimeFolder: string,
  mountPoint: string,
): Promise<AsyncDisposable> {
  const key = createHash("sha256").update(`${runtimeFolder}\n${mountPoint}`).digest("hex");
  const server = createServer((socket) => socket.destroy());
  server.unref();
  try {
    server.listen(`\0bsmount-${key}`);
    await once(server, "listening");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    throw new BsmountError("busy", `${mountPoint} is mounted by bsmount already`, {
      remedy: `bsmount status, or: bsmount unmount ${mountPoint}`,
    });
  }
  return {
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, "close");
      server.close();
      await closed;
    },
  };
}
