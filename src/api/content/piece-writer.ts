import type { MovedBytes } from "../transport/pace/pace-watch.ts";

/** Fills pieces of memory one behind the other: by chunks of any size, or in place. */
export class PieceWriter {
  readonly #pieces: readonly Uint8Array[];
  #piece = 0;
  #offset = 0;
  readonly #moved: MovedBytes | undefined;
  #left: number;

  /** @param moved is told how many bytes were written */
  constructor(pieces: readonly Uint8Array[], moved?: MovedBytes) {
    this.#pieces = pieces.filter((piece) => piece.length > 0);
    this.#left = pieces.reduce((sum, piece) => sum + piece.length, 0);
    this.#moved = moved;
  }

  /** Bytes still to come. */
  get left(): number {
    return this.#left;
  }

  /** The memory of the next bytes, up to the end of their piece; undefined when there are no more to come. */
  get room(): Uint8Array | undefined {
    if (this.#left === 0) return undefined;
    return this.#pieces[this.#piece]?.subarray(this.#offset);
  }

  /** Writes as much of `chunk` as there is room for and answers how much that was. */
  write(chunk: Uint8Array): number {
    let done = 0;
    for (let room = this.room; done < chunk.length && room !== undefined; room = this.room) {
      const count = Math.min(chunk.length - done, room.length);
      room.set(chunk.subarray(done, done + count));
      done += count;
      this.advance(count);
    }
    return done;
  }

  /** Somebody else has written the first `count` bytes of {@link room}. */
  advance(count: number): void {
    this.#left -= count;
    if (this.#moved !== undefined) this.#moved[0] = (this.#moved[0] ?? 0) + count;
    this.#offset += count;
    if (this.#offset < (this.#pieces[this.#piece]?.length ?? 0)) return;
    this.#piece += 1;
    this.#offset = 0;
  }
}

/** The same memory in as few pieces as it takes: those that lie one behind the other become one. */
export function joinNeighbours(pieces: readonly Uint8Array[]): Uint8Array[] {
  const joined: Uint8Array[] = [];
  for (const piece of pieces) {
    const last = joined.at(-1);
    const isNeighbour =
      last?.buffer === piece.buffer && last.byteOffset + last.length === piece.byteOffset;
    if (last === undefined || !isNeighbour) joined.push(piece);
    else joined[joined.length - 1] = spanning(last, piece);
  }
  return joined;
}

function spanning(first: Uint8Array, next: Uint8Array): Uint8Array {
  return new Uint8Array(first.buffer, first.byteOffset, first.length + next.length);
}
