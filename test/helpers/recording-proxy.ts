import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** Hands requests on to a server and keeps what went through it. */
export interface RecordingProxy extends AsyncDisposable {
  readonly origin: string;
  /** Headers and bodies of requests and answers, as texts. */
  readonly seen: readonly string[];
}

export async function recordingProxy(target: string): Promise<RecordingProxy> {
  const seen: string[] = [];
  const server = createServer((incoming, outgoing) => forward(target, incoming, outgoing, seen));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

function forward(
  target: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  seen: string[],
): void {
  const { method, url = "/", headers } = incoming;
  seen.push(`${method} ${url} ${JSON.stringify(headers)}`);
  const onward = request(new URL(url, target), { method: method ?? "GET", headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    seen.push(JSON.stringify(answer.headers));
    answer.on("data", (chunk: Buffer) => seen.push(chunk.toString("latin1")));
    answer.pipe(outgoing);
  });
  onward.on("error", () => outgoing.destroy());
  incoming.on("data", (chunk: Buffer) => seen.push(chunk.toString("latin1")));
  incoming.pipe(onward);
}
