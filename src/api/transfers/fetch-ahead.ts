import type { Part } from "./download-plan.ts";
import type { HeldBytes } from "./held-bytes.ts";

/** Parts of a file in their order, some of them fetched before they are asked for. */
export class FetchAhead {
  readonly #parts: Iterator<Part, void>;
  readonly #fetch: (part: Part) => Promise<HeldBytes>;
  readonly #underWay: Promise<HeldBytes>[] = [];

  constructor(parts: Iterator<Part, void>, fetch: (part: Part) => Promise<HeldBytes>) {
    this.#parts = parts;
    this.#fetch = fetch;
  }

  /** The next one, of which the caller disposes, while up to `most` are fetched; undefined behind the last. */
  async next(most: number): Promise<HeldBytes | undefined> {
    while (this.#underWay.length < most) {
      const { value: part } = this.#parts.next();
      if (part === undefined) break;
      const piece = this.#fetch(part);
      // Whoever asks for it is told; before that it is nobody's failure.
      piece.catch(() => {});
      this.#underWay.push(piece);
    }
    return await this.#underWay.shift();
  }

  /** Waits for those that nobody will ask for; the caller has aborted them. */
  async end(): Promise<void> {
    const left = await Promise.allSettled(this.#underWay);
    for (const one of left) if (one.status === "fulfilled") one.value[Symbol.dispose]();
  }
}
