import { Server } from "./processes.ts";

/** Starts as many programs as it is told and ends them when its input ends, or it is told to end. */
const HOLD = `trap 'kill $(jobs -p); exit 0' TERM
for at in $(seq "$1"); do sleep 86400 & done
echo ready
wait`;

/** Processes that do nothing; disposing ends them. */
export async function startIdleProcesses(count: number, signal: AbortSignal): Promise<Server> {
  const server = await Server.start("bash", ["-c", HOLD, "idle", String(count)]);
  try {
    await server.waitUntil(() => Promise.resolve(server.answer.includes("ready")), signal);
    return server;
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
}
