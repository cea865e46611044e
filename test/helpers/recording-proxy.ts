import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** Hands requests on to a server and keeps what went through it. */
export interface RecordingProxy extends AsyncDisposable {
  readonly origin: string;
  /** Headers and bodies of requests and answers, as texts. */
  readonly seen: readonly string[];
}

/** Whether a gateway answers 503 in place of what the server behind it has done and answered. */
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
  const onward = request(new URL(url, target), { method: method ?? "GET", headers }, (answer) => {
    seen.push(JSON.stringify(answer.headers));
    if (drops(method ?? "GET", url)) {
      answer.resume().once("end", () => outgoing.writeHead(503).end());
      return;
    }
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.on("data", (chunk: Buffer) => seen.push(chunk.toString("latin1")));
    answer.pipe(outgoing);
  });
  onward.on("error", () => outgoing.destroy());
  incoming.on("data", (chunk: Buffer) => seen.push(chunk.toString("latin1")));
  incoming.pipe(onward);
}
