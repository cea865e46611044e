import { createHash } from "node:crypto";
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import process from "node:process";

/** Those of this process: they are kept apart where there are no such sockets as well. */
const held = new Set<string>();

/** How long the holder of a lock may take to say who it is; one that was stopped says nothing. */
const ASK_MS = 2000;

/** More than any number of a process has. Anybody may listen where a lock is, and say what they like. */
const MAX_ANSWER_BYTES = 16;

/**
 * Takes what `key` stands for, or answers undefined while somebody else on this machine has it. It is an
 * abstract Unix socket, see unix(7), so taking it is atomic, the kernel gives it back when the process ends,
 * however it ends, and there is no file to be stale. Only Linux has them: elsewhere, and between containers
 * with networks of their own, other processes are not kept out.
 */
export async function takeLock(key: string): Promise<AsyncDisposable | undefined> {
  if (held.has(key)) return undefined;
  held.add(key);
  let server: Server | undefined;
  try {
    if (process.platform === "linux") server = await listen(key);
  } catch (error) {
    held.delete(key);
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    return undefined;
  }
  return {
    [Symbol.asyncDispose]: async () => {
      if (server !== undefined) await close(server);
      held.delete(key);
    },
  };
}

/** The process that holds the lock; undefined when it does not say, or has just ended. */
export async function lockHolder(key: string): Promise<number | undefined> {
  if (held.has(key)) return process.pid;
  const socket = connect(addressOf(key));
  // In all, not between two bytes.
  const deadline = setTimeout(() => socket.destroy(), ASK_MS);
  try {
    const answer = await shortAnswer(socket);
    return /^[1-9]\d{0,9}$/.test(answer) ? Number(answer) : undefined;
  } finally {
    clearTimeout(deadline);
    socket.destroy();
  }
}

/** What comes until the end; what is too long, or breaks off, is empty. */
async function shortAnswer(socket: Socket): Promise<string> {
  let answer = "";
  try {
    for await (const piece of socket as AsyncIterable<Buffer>) {
      answer += piece.toString("latin1", 0, MAX_ANSWER_BYTES);
      if (answer.length > MAX_ANSWER_BYTES || piece.length > MAX_ANSWER_BYTES) return "";
    }
    return answer;
  } catch {
    return "";
  }
}

/** Whoever connects is told the number of this process. */
async function listen(key: string): Promise<Server> {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.end(String(process.pid), () => socket.destroy());
  });
  server.unref();
  server.listen(addressOf(key));
  await once(server, "listening");
  return server;
}

function addressOf(key: string): string {
  return `\0bsmount-${createHash("sha256").update(key).digest("hex")}`;
}

async function close(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  await closed;
}
