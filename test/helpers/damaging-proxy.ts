import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** Forwards requests to a server, and damages the bodies of some. */
export interface DamagingProxy extends AsyncDisposable {
  readonly origin: string;
  /** Changes one byte of the body of requests that match, so many times; without one, of none. */
  damage(rule?: { readonly method: string; readonly path: RegExp; readonly times: number }): void;
}

export async function damagingProxy(target: string): Promise<DamagingProxy> {
  let left = 0;
  let matches: (incoming: IncomingMessage) => boolean = () => false;
  const server = createServer((incoming, outgoing) => {
    const isDamaged = left > 0 && matches(incoming);
    if (isDamaged) left -= 1;
    void forward(target, { incoming, outgoing, isDamaged });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    damage: (rule) => {
      left = rule?.times ?? 0;
      matches = ({ method, url = "" }) =>
        rule !== undefined && method === rule.method && rule.path.test(url.split("?")[0] ?? "");
    },
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

interface Exchange {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly isDamaged: boolean;
}

async function forward(target: string, { incoming, outgoing, isDamaged }: Exchange): Promise<void> {
  const { method = "GET", url = "/", headers } = incoming;
  const body = Buffer.concat(await incoming.toArray());
  if (isDamaged) body[body.length >> 1] = (body[body.length >> 1] ?? 0) ^ 1;
  const onward = request(new URL(url, target), { method, headers }, (response) => {
    outgoing.writeHead(response.statusCode ?? 502, response.headers);
    response.pipe(outgoing);
  });
  onward.on("error", () => outgoing.destroy());
  onward.end(body);
}
