/** In what a recorded and a replayed response differ. */
export type DifferenceKind = "status" | "header" | "keys" | "order" | "type" | "list";

/** One difference between a recorded response and the emulator's. */
export interface Difference {
  readonly kind: DifferenceKind;
  /** `status`, `header Expires`, or the path of a value in the JSON: `$.Response.Items[0].Name`. */
  readonly where: string;
  /** What was recorded, in words. */
  readonly recorded: string;
  /** What the emulator sent, in words. */
  readonly emulator: string;
}

/** A key, a header or an element that one side does not have. */
export const ABSENT = "absent";

/** The differences that are listed of one recording. */
const MOST_LISTED = 50;

/** Collects differences, each once, however many elements of a list have it. */
export class Differences {
  readonly #found: Difference[] = [];
  readonly #known = new Set<string>();
  #unlisted = 0;

  add(difference: Difference): void {
    const { kind, where, recorded, emulator } = difference;
    const pattern = where.replaceAll(/\[\d+\]/g, "[]");
    const key = JSON.stringify([kind, pattern, recorded, emulator]);
    if (this.#known.has(key)) return;
    if (this.#found.length >= MOST_LISTED) {
      this.#unlisted += 1;
      return;
    }
    this.#known.add(key);
    this.#found.push(difference);
  }

  /** All that are listed, in the order in which they were found. */
  get found(): readonly Difference[] {
    return this.#found;
  }

  /** How many more were found after the list was full; some may be of the same kind. */
  get unlisted(): number {
    return this.#unlisted;
  }
}
