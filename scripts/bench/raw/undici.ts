import { readFileSync } from "node:fs";
import { Client, type Dispatcher } from "undici";
import type { FetchRange } from "./fetch-range.ts";

/** undici at its lowest level: a handler that is given the chunks, no stream in between. */
export const fetchByUndici: FetchRange = async ({ url, ca }, { start, end }, sink, signal) => {
  const { origin, pathname } = new URL(url);
  const client = new Client(origin, {
    ...(ca === undefined ? {} : { connect: { ca: readFileSync(ca) } }),
    pipelining: 1,
  });
  const onAbort = (): void => void client.destroy();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    const received = await new Promise<number>((resolve, reject) => {
      const headers = { range: `bytes=${start}-${end - 1}` };
      client.dispatch(
        { path: pathname, method: "GET", headers },
        new CountingHandler(sink, resolve, reject),
      );
    });
    if (received !== end - start) throw new Error(`undici got ${received} bytes`);
  } finally {
    signal.removeEventListener("abort", onAbort);
    await client.close().catch(() => {});
  }
};

class CountingHandler implements Dispatcher.DispatchHandler {
  readonly #sink: ((chunk: Buffer) => void) | undefined;
  readonly #resolve: (bytes: number) => void;
  readonly #reject: (error: Error) => void;
  #bytes = 0;

  constructor(
    sink: ((chunk: Buffer) => void) | undefined,
    resolve: (bytes: number) => void,
    reject: (error: Error) => void,
  ) {
    this.#sink = sink;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  onRequestStart(): void {}

  onResponseStart(_controller: Dispatcher.DispatchController, statusCode: number): void {
    if (statusCode !== 206) throw new Error(`status ${statusCode}`);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length;
    this.#sink?.(chunk);
  }

  onResponseEnd(): void {
    this.#resolve(this.#bytes);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#reject(error);
  }
}
