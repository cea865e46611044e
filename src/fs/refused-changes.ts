import { constants } from "node:fs";
import { BsmountError } from "../core/errors.ts";
import type { ChangeOperations } from "./file-system.ts";
import { checkNewName } from "./names.ts";

/**
 * The operations that change the tree, refused: a name that can never be right first, then what BaseSpace
 * can never do, then everything, because this tree is read-only.
 */
export const refusedChanges: ChangeOperations = {
  create: (_parent, name) => refuseNew(name),
  mkdir: (_parent, name) => refuseNew(name),
  unlink: () => readOnly(),
  rmdir: () => readOnly(),
  rename: (_from, _name, _to, newName) => refuseNew(newName),
  symlink: (_parent, name) => neverPossible(name, "symbolic links"),
  link: (_ino, _parent, name) => neverPossible(name, "hard links"),
  mknod: (_parent, name, mode) =>
    isRegularFile(mode) ? refuseNew(name) : neverPossible(name, "device nodes, fifos and sockets"),
  truncate: () => readOnly(),
  chmod: () => readOnly(),
  chown: () => readOnly(),
  utimens: () => readOnly(),
  setxattr: (_ino, name) => refuseAttribute(name),
  removexattr: (_ino, name) => refuseAttribute(name),
};

export function readOnly(): never {
  throw new BsmountError("read-only", "this tree is read-only");
}

function refuseNew(name: string): never {
  checkNewName(name);
  return readOnly();
}

function neverPossible(name: string, what: string): never {
  checkNewName(name);
  throw new BsmountError("never-possible", `BaseSpace has no ${what}: ${JSON.stringify(name)}`);
}

/** mknod(2): no type at all means a regular file. */
function isRegularFile(mode: number): boolean {
  const type = mode & constants.S_IFMT;
  return type === constants.S_IFREG || type === 0;
}

/**
 * Namespaces other than `user.` do not exist here, and only saying so lets `cp -p` go on without them.
 */
function refuseAttribute(name: string): never {
  if (!name.startsWith("user.")) {
    throw new BsmountError("not-supported", `no extended attributes but user.*: ${name}`);
  }
  if (name.startsWith("user.basespace.")) {
    throw new BsmountError("never-possible", `${name} can be set on files being written only`);
  }
  return readOnly();
}
