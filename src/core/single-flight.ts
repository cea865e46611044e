import { abandonOnAbort } from "./abort.ts";

interface Flight<Value> {
  readonly result: Promise<Value>;
  readonly controller: AbortController;
  waiters: number;
}

/**
 * Concurrent callers with the same key share one piece of work, which is aborted only when all of them have cancelled.
 */
export class SingleFlight<Key, Value> {
  readonly #flights = new Map<Key, Flight<Value>>();

  async run(
    key: Key,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<Value>,
  ): Promise<Value> {
    signal.throwIfAborted();
    const flight = this.#flights.get(key) ?? this.#start(key, work);
    flight.waiters += 1;
    try {
      return await abandonOnAbort(flight.result, signal);
    } finally {
      flight.waiters -= 1;
      if (flight.waiters === 0) this.#abandon(key, flight);
    }
  }

  #start(key: Key, work: (signal: AbortSignal) => Promise<Value>): Flight<Value> {
    const controller = new AbortController();
    const result = work(controller.signal).finally(() => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
    });
    result.catch(() => {});
    const flight: Flight<Value> = { result, controller, waiters: 0 };
    this.#flights.set(key, flight);
    return flight;
  }

  #abandon(key: Key, flight: Flight<Value>): void {
    if (this.#flights.get(key) !== flight) return;
    this.#flights.delete(key);
    flight.controller.abort(new DOMException("nobody waits for this any more", "AbortError"));
  }
}
