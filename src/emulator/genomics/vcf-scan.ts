import { pipeline, type Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { byteRange } from "../../core/byte-range.ts";
import { type BoundedObject, readRange } from "./object-handle.ts";

/** More than a line of many thousand samples. */
const MAX_LINE_LENGTH = 16 * 1024 * 1024;

/** What is decompressed at a time. */
const INFLATED_BYTES = 256 * 1024;

/**
 * Reads the lines of a text, compressed or not, from its beginning; the lines of one piece of the content at a time.
 * A reader that stops early ends the reading.
 */
export async function* scanLines(file: BoundedObject): AsyncGenerator<readonly string[]> {
  const decoder = new TextDecoder();
  const begun = new BegunLine();
  for await (const chunk of inflatedChunks(file)) {
    const [first = "", ...others] = decoder.decode(chunk, { stream: true }).split("\n");
    begun.add(first);
    if (others.length === 0) continue;
    const next = others.pop() ?? "";
    yield [begun.end(), ...others].map(withoutReturn);
    begun.add(next);
  }
  const last = begun.end();
  if (last !== "") yield [withoutReturn(last)];
}

/** A line whose end has not been read; a long one is not copied for each of its pieces. */
class BegunLine {
  #pieces: string[] = [];
  #length = 0;

  add(piece: string): void {
    this.#length += piece.length;
    if (this.#length > MAX_LINE_LENGTH) throw new Error("one of its lines is too long");
    this.#pieces.push(piece);
  }

  end(): string {
    const line = this.#pieces.join("");
    this.#pieces = [];
    this.#length = 0;
    return line;
  }
}

async function* inflatedChunks(file: BoundedObject): AsyncGenerator<Uint8Array> {
  const stream = await inflated(file);
  try {
    for await (const chunk of stream) {
      file.budget.spend("inflatedBytes", (chunk as Buffer).length);
      yield chunk as Buffer;
    }
  } finally {
    stream.destroy();
  }
}

async function inflated(file: BoundedObject): Promise<Readable> {
  const [first, second] = await readRange(file, 0, 2);
  const { content, object } = file;
  const source = content.read(object, byteRange(0, object.sizeBytes));
  const isCompressed = first === 0x1f && second === 0x8b;
  // The reader of the result gets the errors of both.
  return isCompressed
    ? pipeline(source, createGunzip({ chunkSize: INFLATED_BYTES }), () => {})
    : source;
}

function withoutReturn(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}
