import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** Forwards requests to a server and records them with their responses. */
export interface RecordingProxy extends AsyncDisposable {
  readonly origin: string;
  /** Headers and bodies of requests and responses, as texts. */
  readonly seen: readonly string[];
}

/** Whether a gateway responds with 503 after the server behind it has processed a request. */
export type Drops = (method: string, url: string) => boolean;

export async function recordingProxy(
  target: string,
  drops: Drops = () => false,
): Promise<RecordingProxy> {
  const seen: string[] = [];
  const server = createServer((incoming, outgoing) =>
    forward({ target, drops, seen }, incoming, outgoing),
  );
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

interface Forwarding {
  readonly target: string;
  readonly drops: Drops;
  readonly seen: string[];
}

function forward(
  { target, drops, seen }: Forwarding,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): void {
  const { method, url = "/", headers } = incoming;
  seen.push(`${method} ${url} ${JSON.stringify(headers)}`);
  const onward = request(new URL(url, target), { method: method ?? "GET", headers }, (response) => {
    seen.push(JSON.stringify(response.headers));
    if (drops(method ?? "GET", url)) {
      response.resume().once("end", () => outgoing.writeHead(503).end());
      return;
    }
    outgoing.writeHead(response.statusCode ?? 502, response.headers);
    response.on("data", (chunk: Buffer) => seen.push(chunk.toString("latin1")));
    response.pipe(outgoing);
  });
  onward.on("error", () => outgoing.destroy());
  incoming.on("data", (chunk: Buffer) => seen.push(chunk.toString("latin1")));
  incoming.pipe(onward);
}
