import type { Part } from "./download-plan.ts";
import type { ReservedBytes } from "./reserved-bytes.ts";

/** Parts of a file in order, some of them fetched ahead. */
export class FetchAhead {
  readonly #parts: Iterator<Part, void>;
  readonly #fetch: (part: Part) => Promise<ReservedBytes>;
  readonly #underWay: Promise<ReservedBytes>[] = [];

  constructor(parts: Iterator<Part, void>, fetch: (part: Part) => Promise<ReservedBytes>) {
    this.#parts = parts;
    this.#fetch = fetch;
  }

  /** The next part, which the caller disposes of, while up to `most` are fetched; undefined behind the last one. */
  async next(most: number): Promise<ReservedBytes | undefined> {
    while (this.#underWay.length < most) {
      const { value: part } = this.#parts.next();
      if (part === undefined) break;
      const piece = this.#fetch(part);
      // The caller receives the failure when it reads the part; until then it is not unhandled.
      piece.catch(() => {});
      this.#underWay.push(piece);
    }
    return await this.#underWay.shift();
  }

  /** Waits for the parts that will not be read; the caller has aborted them. */
  async end(): Promise<void> {
    const left = await Promise.allSettled(this.#underWay);
    for (const one of left) if (one.status === "fulfilled") one.value[Symbol.dispose]();
  }
}
