import { BsmountError } from "../core/errors.ts";
import { type Node, type RootDirectory, identityOf } from "../tree/node.ts";
import type { Ino } from "./file-system.ts";

export const ROOT_INO = 1 as Ino;

/** 0 means none, 1 is the root, and 2^32 - 1 is libfuse's "unknown". */
const FIRST_INO = 2;
const LAST_INO = 0xffff_fffe;

/**
 * Inode numbers of everything that was shown. The binding takes 32 bits, so a number is a hash of what
 * BaseSpace never changes, the same on every mount; where two collide the later one has the next number
 * that is free. Unique comes first, the same on every mount second.
 *
 * Nobody tells when a number is no longer in use, so entries stay; each is one slot of a map, since the
 * nodes themselves are those of the listing.
 */
export class InodeTable {
  readonly #nodes = new Map<Ino, Node>();
  readonly #hash: (identity: string) => number;

  constructor(root: RootDirectory, hash: (identity: string) => number = fnv1a) {
    this.#nodes.set(ROOT_INO, root);
    this.#hash = hash;
  }

  get size(): number {
    return this.#nodes.size;
  }

  /** The number of `node`, which from now on stands for it, in the place of any earlier state of it. */
  inoOf(node: Node): Ino {
    if (node.kind === "root") return ROOT_INO;
    const identity = identityOf(node);
    let ino = inRange(this.#hash(identity));
    for (;;) {
      const holder = this.#nodes.get(ino);
      if (holder === node) return ino;
      if (holder === undefined || identityOf(holder) === identity) break;
      ino = inRange(ino + 1);
    }
    this.#nodes.set(ino, node);
    return ino;
  }

  /** @throws BsmountError `changed` for a number that was never given */
  nodeOf(ino: Ino): Node {
    const node = this.#nodes.get(ino);
    if (node === undefined) throw new BsmountError("changed", `inode ${ino} is not known here`);
    return node;
  }
}

function inRange(number: number): Ino {
  return (number < FIRST_INO || number > LAST_INO ? FIRST_INO + (number % 1024) : number) as Ino;
}

/** FNV-1a over UTF-16 units, with a final mix that spreads what differs in the last digits only. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
