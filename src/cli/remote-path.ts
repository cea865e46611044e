import { BsmountError } from "../core/errors.ts";

const SCHEME = "bs:";

/** Whether `text` is a path in BaseSpace, `bs:/…`, as a mount would show it. */
export function isRemote(text: string): boolean {
  return text.startsWith(SCHEME);
}

/** @throws BsmountError `usage` unless each is a path in BaseSpace; for checks before the first request */
export function checkRemote(paths: readonly string[]): void {
  for (const path of paths) remoteNames(path);
}

/**
 * The names of `bs:/projects/Demo/samples`, from the root down.
 * @throws BsmountError `usage` when `text` is no such path
 */
export function remoteNames(text: string): readonly string[] {
  if (!isRemote(text)) {
    throw new BsmountError("usage", `${JSON.stringify(text)} is not a path in BaseSpace`, {
      remedy: "write it as bs:/projects/…",
    });
  }
  const names = text
    .slice(SCHEME.length)
    .split("/")
    .filter((name) => name !== "" && name !== ".");
  if (names.includes("..")) {
    throw new BsmountError("usage", `${text}: ".." has no meaning in a bs: path`);
  }
  return names;
}
