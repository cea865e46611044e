import { createSecureContext, type SecureContext } from "node:tls";
import { parentPort, workerData } from "node:worker_threads";
import { countAsGarbage } from "../../../core/shared-memory.ts";
import { trustedAuthorities } from "../../transport/trust.ts";
import { ConnectionPool } from "./connection-pool.ts";
import type { FromWorker, ToWorker, WorkerSettings } from "./messages.ts";

/*
 * The worker thread of WorkerFetcher: receives ranges over plain sockets straight into shared memory, so
 * that neither TLS nor copying takes time from the thread that answers the kernel.
 */

const settings = workerData as WorkerSettings;
let secureContext: SecureContext | undefined;
const pool = new ConnectionPool({ ...settings, trust }, settings.connections);
const running = new Map<number, () => void>();

/** Made when the first https link comes: reading all root certificates takes longer than the rest of the start. */
function trust(): SecureContext {
  secureContext ??= trustedAuthorities(settings.variables) ?? createSecureContext();
  return secureContext;
}

function answer(id: number, outcome: FromWorker["outcome"]): void {
  running.delete(id);
  const message: FromWorker = { id, outcome };
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort?.postMessage(message);
}

parentPort?.on("message", (message: ToWorker) => {
  const { id } = message;
  if (message.kind === "fetch") {
    const [first] = message.query.into;
    if (first !== undefined) countAsGarbage(first.buffer, message.newBytes);
    running.set(
      id,
      pool.start(message.query, (outcome) => answer(id, outcome)),
    );
    return;
  }
  const cancel = running.get(id);
  if (cancel === undefined) return;
  cancel();
  answer(id, { kind: "aborted" });
});
