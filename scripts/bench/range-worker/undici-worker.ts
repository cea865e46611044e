import { createSecureContext } from "node:tls";
import { parentPort, workerData } from "node:worker_threads";
import { Agent } from "undici";
import { neverAborted } from "../../../src/core/abort.ts";
import { trustedAuthorities } from "../../../src/api/transport/trust.ts";
import { UndiciFetcher } from "../../../src/api/content/undici-fetcher.ts";
import type {
  FromWorker,
  ToWorker,
  WorkerSettings,
} from "../../../src/api/content/worker/messages.ts";

/* The control: a worker thread with the messages of the range worker that fetches by undici. */

const settings = workerData as WorkerSettings;
const secureContext = trustedAuthorities(settings.variables) ?? createSecureContext();
const agent = new Agent({ connections: settings.connections, connect: { secureContext } });
const fetcher = new UndiciFetcher(agent, settings.userAgent);

async function fetch(message: ToWorker & { readonly kind: "fetch" }): Promise<void> {
  const { href, ...query } = message.query;
  const request = { ...query, link: new URL(href), attempt: 1 };
  const outcome = await fetcher.fetch(request, neverAborted);
  const reply: FromWorker = { id: message.id, outcome };
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort?.postMessage(reply);
}

parentPort?.on("message", (message: ToWorker) => {
  if (message.kind === "fetch") void fetch(message);
});
