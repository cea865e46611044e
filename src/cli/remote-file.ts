import { BsmountError } from "../core/errors.ts";
import { passingMemory } from "../core/shared-memory.ts";
import type { RemoteNode, RemoteTreeOptions } from "./remote-tree.ts";

const PIECE_BYTES = 1024 * 1024;
const O_RDONLY = 0;

/**
 * Yields the bytes of a file in order, in pieces that the caller may keep. Reads through the same cache, read-ahead and
 * checks as a mount.
 *
 * @throws BsmountError `is-a-directory`, and what reading can throw
 */
export async function* readRemote(
  node: RemoteNode,
  { fileSystem, signal }: RemoteTreeOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (node.attributes.type === "directory") {
    const path = node.path === "bs:" ? "bs:/" : node.path;
    throw new BsmountError("is-a-directory", `${path} is a directory`, {
      remedy: `bsmount ls '${path}' lists it; bsmount cp -r copies it`,
    });
  }
  const handle = await fileSystem.open(node.attributes.ino, O_RDONLY, signal);
  try {
    for (let offset = 0; ;) {
      // Shared memory, so that a thread can compute the digest without a copy.
      const piece = new Uint8Array(passingMemory(PIECE_BYTES));
      const count = await fileSystem.read(handle, offset, piece, signal);
      if (count === 0) return;
      yield piece.subarray(0, count);
      offset += count;
    }
  } finally {
    fileSystem.release(handle);
  }
}
