import { open, stat } from "node:fs/promises";
import { BsmountError } from "../core/errors.ts";

const MAX_BYTES = 1024 * 1024;

/**
 * The text of a file that holds secrets, or undefined when there is none.
 * @throws BsmountError `usage` when others can read it, it is no plain file or absurdly large
 */
export async function readPrivateFile(path: string): Promise<string | undefined> {
  const info = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw new BsmountError("usage", `cannot read ${path}`, { cause: error });
  });
  if (info === undefined) return undefined;
  if (!info.isFile() || info.size > MAX_BYTES) {
    throw new BsmountError("usage", `${path} is not a small plain file`);
  }
  if ((info.mode & 0o077) !== 0) {
    throw new BsmountError("usage", `${path} holds a secret and others can read it`, {
      remedy: `chmod 600 ${path}`,
    });
  }
  const file = await open(path, "r");
  try {
    return await file.readFile("utf8");
  } finally {
    await file.close();
  }
}
