import { hash } from "node:crypto";
import { BsmountError } from "../../core/errors.ts";
import { type CopyPlan, isFolderContents } from "./copy-plan.ts";

type Kind = "file" | "folder";

/** Each path takes some 100 bytes. */
const MAX_PATHS = 500_000;

/**
 * The paths to which files were copied, so that no file overwrites another one of the same copy. Two sources can have
 * paths in common only when one of them is `SOURCE/.`; for other copies this remembers nothing. Two folders with the
 * same path are merged.
 */
export class UsedPaths {
  readonly #isNeeded: boolean;
  readonly #maxPaths: number;
  readonly #kinds = new Map<string, Kind>();

  constructor({ sources }: Pick<CopyPlan, "sources">, maxPaths: number = MAX_PATHS) {
    this.#maxPaths = maxPaths;
    this.#isNeeded = sources.length > 1 && sources.some(isFolderContents);
  }

  /** @throws BsmountError `usage` when another source already has a file at `target`, and for too many paths */
  take(kind: Kind, target: string, source: string): void {
    if (!this.#isNeeded) return;
    const key = hash("sha256", target, "base64");
    const before = this.#kinds.get(key);
    if (before !== undefined) {
      if (before === "folder" && kind === "folder") return;
      const problem = `${source} is not copied: another source already has a ${before} for ${target}`;
      throw new BsmountError("usage", problem, {
        remedy: "copy it by itself, to another destination",
      });
    }
    if (this.#kinds.size >= this.#maxPaths) {
      throw new BsmountError("usage", `${source} is not copied: there are too many files`, {
        remedy: "copy one SOURCE/. after the other",
      });
    }
    this.#kinds.set(key, kind);
  }
}
