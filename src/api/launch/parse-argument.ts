import { open } from "node:fs/promises";
import { BsmountError } from "../../core/errors.ts";
import { baldType, type LaunchProperty, type LaunchValue } from "./launch-property.ts";

/** A list of values is a text of this many bytes at most. */
const MAX_LIST_BYTES = 16 * 1024 * 1024;

/**
 * Reads an argument of a command as the value of `property`: `@FILE` is a list or table in a file, a line for each
 * item or row; otherwise commas separate the items of a list and the cells of a row, and `::` the rows of a table. A
 * `string` is taken as it is.
 * @throws BsmountError `usage` for a file that cannot be read, or where one value is needed
 */
export async function parseArgument(
  text: string,
  property: LaunchProperty,
  signal?: AbortSignal,
): Promise<LaunchValue> {
  const isTable = property.columns !== undefined;
  const isList = property.type.endsWith("[]");
  if (text.startsWith("@") && baldType(property.type) !== "string") {
    if (!isList && !isTable) {
      throw new BsmountError("usage", `${property.name} takes one value, and ${text} is a list`, {
        remedy: "give the value itself",
      });
    }
    const lines = await linesOf(text.slice(1), signal);
    return isTable ? lines.map(cellsOf) : lines;
  }
  if (isTable) return text.split("::").map(cellsOf);
  return isList ? text.split(",") : text;
}

function cellsOf(row: string): readonly string[] {
  return row.split(",").map((cell) => cell.trim());
}

/** The lines of a file that are not empty. It can be a pipe, such as `<(…)` of a shell. */
async function linesOf(path: string, signal?: AbortSignal): Promise<readonly string[]> {
  const text = await readText(path, signal).catch((cause: unknown) => {
    signal?.throwIfAborted();
    if (cause instanceof BsmountError) throw cause;
    throw new BsmountError("usage", `cannot read the list ${JSON.stringify(path)}`, { cause });
  });
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

async function readText(path: string, signal?: AbortSignal): Promise<string> {
  const file = await open(path);
  try {
    const pieces: Buffer[] = [];
    let bytes = 0;
    for await (const piece of file.createReadStream({ autoClose: false, signal })) {
      pieces.push(piece as Buffer);
      bytes += (piece as Buffer).length;
      if (bytes <= MAX_LIST_BYTES) continue;
      throw new BsmountError("usage", `the list ${JSON.stringify(path)} is longer than 16 MiB`);
    }
    return Buffer.concat(pieces).toString("utf8");
  } finally {
    await file.close();
  }
}
