import type { Node } from "../tree/node.ts";
import type { Ino } from "./file-system.ts";

/**
 * The nodes that were set last: at least `atLeast` of them, at most twice as many. Two generations, of which the older
 * one is dropped as a whole, cost less than keeping the order of every single use.
 */
export class RecentNodes {
  readonly #atLeast: number;
  #young = new Map<Ino, Node>();
  #old = new Map<Ino, Node>();

  constructor(atLeast: number) {
    this.#atLeast = atLeast;
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  get(ino: Ino): Node | undefined {
    return this.#young.get(ino) ?? this.#old.get(ino);
  }

  set(ino: Ino, node: Node): void {
    this.#young.set(ino, node);
    if (this.#young.size < this.#atLeast) return;
    this.#old = this.#young;
    this.#young = new Map();
  }

  delete(ino: Ino): void {
    this.#young.delete(ino);
    this.#old.delete(ino);
  }
}
