import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** Forwards requests, but delays those that are to meet until `count` of them wait at the same time. */
export interface MeetingProxy extends AsyncDisposable {
  readonly origin: string;
  /** The largest number of them that were under way at a time. */
  readonly most: number;
}

export interface Meeting {
  /** Origin of the server behind it. */
  readonly target: (incoming: IncomingMessage) => string;
  readonly meets: (incoming: IncomingMessage) => boolean;
  /** The number of requests that have to wait before the first one is forwarded. */
  readonly count: number;
}

/** A request gets no response before its client has `count` requests under way. */
export async function meetingProxy({ target, meets, count }: Meeting): Promise<MeetingProxy> {
  const waiting: (() => void)[] = [];
  const tally = { now: 0, most: 0 };
  const server = createServer((incoming, outgoing) => {
    const goOn = (): void => forward(target(incoming), incoming, outgoing);
    if (!meets(incoming)) return goOn();
    tally.now += 1;
    tally.most = Math.max(tally.most, tally.now);
    outgoing.once("close", () => (tally.now -= 1));
    waiting.push(goOn);
    if (tally.most < count) return;
    for (const each of waiting.splice(0)) each();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get most() {
      return tally.most;
    },
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

function forward(target: string, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const { method = "GET", url = "/", headers } = incoming;
  const onward = request(new URL(url, target), { method, headers }, (response) => {
    outgoing.writeHead(response.statusCode ?? 502, response.headers);
    response.pipe(outgoing);
  });
  onward.on("error", () => outgoing.destroy());
  incoming.pipe(onward);
}
