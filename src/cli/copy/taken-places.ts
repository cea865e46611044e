import { hash } from "node:crypto";
import { BsmountError } from "../../core/errors.ts";
import { type CpPlan, isContents } from "./places.ts";

type Kind = "file" | "folder";

/** Some 100 bytes are kept for each place. */
const MAX_PLACES = 500_000;

/**
 * Keeps files from being copied over each other, which several at a time would do in any order. Two sources
 * share folders only where one of them stands for what is in it, `SOURCE/.`; nothing is remembered for any other
 * copy. Folders of one path are one folder.
 */
export class TakenPlaces {
  readonly #isNeeded: boolean;
  readonly #maxPlaces: number;
  readonly #taken = new Map<string, Kind>();

  constructor({ sources }: Pick<CpPlan, "sources">, maxPlaces: number = MAX_PLACES) {
    this.#maxPlaces = maxPlaces;
    this.#isNeeded = sources.length > 1 && sources.some(isContents);
  }

  /** @throws BsmountError `usage` where another source has something already, or for too many places */
  take(kind: Kind, target: string, source: string): void {
    if (!this.#isNeeded) return;
    const key = hash("sha256", target, "base64");
    const before = this.#taken.get(key);
    if (before !== undefined) {
      if (before === "folder" && kind === "folder") return;
      const problem = `${source} is not copied: another source has a ${before} for ${target}`;
      throw new BsmountError("usage", problem, {
        remedy: "copy it by itself, to another place",
      });
    }
    if (this.#taken.size >= this.#maxPlaces) {
      throw new BsmountError("usage", `${source} is not copied: there are too many files`, {
        remedy: "copy one SOURCE/. after the other",
      });
    }
    this.#taken.set(key, kind);
  }
}
