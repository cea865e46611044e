import { pipeline, type Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { byteRange } from "../../core/byte-range.ts";
import { type BoundedObject, readRange } from "./object-handle.ts";

/** More than a line of many thousand samples. */
const MAX_LINE_LENGTH = 16 * 1024 * 1024;

/**
 * Reads the lines of a text, compressed or not, from its beginning; the lines of one piece of the content at a time.
 * A reader that stops early ends the reading.
 */
export async function* scanLines(file: BoundedObject): AsyncGenerator<readonly string[]> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of inflatedChunks(file)) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > MAX_LINE_LENGTH) throw new Error("one of its lines is too long");
    yield lines.map(withoutReturn);
  }
  if (rest !== "") yield [withoutReturn(rest)];
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
  return isCompressed ? pipeline(source, createGunzip(), () => {}) : source;
}

function withoutReturn(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}
