import { constants } from "node:fs";
import { BsmountError } from "../core/errors.ts";
import type { ChangeOperations } from "./file-system.ts";
import { checkNewName } from "./names.ts";

/**
 * The operations that change the tree, all refused: first for names that are never valid, then for what BaseSpace
 * can never do, else because this tree is read-only.
 */
export const refusedChanges: ChangeOperations = {
  create: (_parent, name) => refuseNew(name),
  mkdir: (_parent, name) => refuseNew(name),
  unlink: () => refuseReadOnly(),
  rmdir: () => refuseReadOnly(),
  rename: (_from, _name, _to, newName) => refuseNew(newName),
  symlink: (_parent, name) => neverPossible(name, "symbolic links"),
  link: (_ino, _parent, name) => neverPossible(name, "hard links"),
  mknod: (_parent, name, mode) =>
    isRegularFile(mode) ? refuseNew(name) : neverPossible(name, "device nodes, fifos and sockets"),
  truncate: () => refuseReadOnly(),
  chmod: () => refuseReadOnly(),
  chown: () => refuseReadOnly(),
  utimens: () => refuseReadOnly(),
  setxattr: (_ino, name) => refuseAttribute(name),
  removexattr: (_ino, name) => refuseAttribute(name),
};

export function refuseReadOnly(): never {
  throw new BsmountError("read-only", "this tree is read-only");
}

function refuseNew(name: string): never {
  checkNewName(name);
  return refuseReadOnly();
}

function neverPossible(name: string, what: string): never {
  checkNewName(name);
  throw new BsmountError("never-possible", `BaseSpace has no ${what}: ${JSON.stringify(name)}`);
}

/** As mknod(2): no type at all means a regular file. */
function isRegularFile(mode: number): boolean {
  const type = mode & constants.S_IFMT;
  return type === constants.S_IFREG || type === 0;
}

/** Other namespaces than `user.` do not exist here; only with this error does `cp -p` continue without them. */
function refuseAttribute(name: string): never {
  if (!name.startsWith("user.")) {
    throw new BsmountError("not-supported", `no extended attributes but user.*: ${name}`);
  }
  if (name.startsWith("user.basespace.")) {
    throw new BsmountError(
      "never-possible",
      `${name} can only be set on files that are being written`,
    );
  }
  return refuseReadOnly();
}
