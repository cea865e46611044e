import { LRUCache } from "lru-cache";
import { BsmountError } from "../core/errors.ts";
import { type Node, type RootDirectory, identityOf } from "../tree/node.ts";
import type { Ino } from "./file-system.ts";

export const ROOT_INO = 1 as Ino;

/** 0 means none, 1 is the root, and 2^32 - 1 is libfuse's "unknown". */
const FIRST_INO = 2;
const LAST_INO = 0xffff_fffe;

/** Nodes of each kind; several times the number of paths that are remembered. */
const RECENT = 50_000;

export interface InodeOptions {
  readonly hash?: (identity: string) => number;
  /** How many nodes are kept, of those that were used and of those that were only listed. @default 50 000 */
  readonly recent?: number;
}

/**
 * Inode numbers of all nodes that were shown. The binding takes 32 bits, so a number is a hash of what BaseSpace never
 * changes, and the same on every mount; where two collide, the later one has the next number that is free. Being unique
 * comes first, being the same on every mount second.
 *
 * The kernel does not say when a number is no longer in use. It asks by path, and a path's number is remembered
 * for a second only (`fuse/path-nodes.ts`), so numbers that were used longest ago can be dropped: more of them are kept
 * than there are paths. Those that were only listed are separate, so that no long listing evicts what is in use.
 */
export class InodeTable {
  readonly #root: RootDirectory;
  /** Looked up or used. */
  readonly #used: LRUCache<Ino, Node>;
  readonly #listed: LRUCache<Ino, Node>;
  readonly #hash: (identity: string) => number;

  constructor(root: RootDirectory, { hash = fnv1a, recent = RECENT }: InodeOptions = {}) {
    this.#root = root;
    this.#hash = hash;
    this.#used = new LRUCache({ max: recent });
    this.#listed = new LRUCache({ max: recent });
  }

  get size(): number {
    return this.#used.size + this.#listed.size;
  }

  /** The number of `node`. From now on it means this node, and no longer an earlier state of it. */
  inoOf(node: Node): Ino {
    if (node.kind === "root") return ROOT_INO;
    const ino = this.#free(node);
    this.#listed.delete(ino);
    this.#used.set(ino, node);
    return ino;
  }

  /** As {@link inoOf}, for one of many nodes of a listing, which may never be used. */
  listedInoOf(node: Node): Ino {
    if (node.kind === "root") return ROOT_INO;
    const ino = this.#free(node);
    if (this.#used.has(ino)) this.#used.set(ino, node);
    else this.#listed.set(ino, node);
    return ino;
  }

  /** @throws BsmountError `changed` for a number that was never returned, or was dropped since */
  nodeOf(ino: Ino): Node {
    if (ino === ROOT_INO) return this.#root;
    const node = this.#used.peek(ino) ?? this.#listed.peek(ino);
    if (node === undefined) throw new BsmountError("changed", `inode ${ino} is not known here`);
    this.#listed.delete(ino);
    this.#used.set(ino, node);
    return node;
  }

  /** The number that `node` has, or can have. */
  #free(node: Node): Ino {
    const identity = identityOf(node);
    let ino = inRange(this.#hash(identity));
    for (;;) {
      const known = this.#used.peek(ino) ?? this.#listed.peek(ino);
      if (known === undefined || known === node || identityOf(known) === identity) return ino;
      ino = inRange(ino + 1);
    }
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
