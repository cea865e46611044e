import { requests } from "../core/telemetry.ts";

const UNAUTHORIZED = 401;

/** Knows from the answers that come anyway whether the service takes the token; asks for nothing itself. */
export class TokenWatch implements Disposable {
  #refusedSince: string | undefined;
  readonly #stop = requests.subscribe(({ target, status }) => {
    if (target !== "api") return;
    if (status === UNAUTHORIZED) this.#refusedSince ??= new Date().toISOString();
    else if (status >= 200 && status < 400) this.#refusedSince = undefined;
  });

  /** Of the first refusal after the last request that was let through, ISO 8601; undefined after one that was. */
  get refusedSince(): string | undefined {
    return this.#refusedSince;
  }

  [Symbol.dispose](): void {
    this.#stop();
  }
}
