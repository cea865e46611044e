import { constants } from "node:os";
import type { Callback, Operations } from "fuse-native";
import type { MaybePromise, ChangeOperations, Ino } from "../fs/file-system.ts";
import type { Call } from "./operation-runner.ts";
import type { OperationContext } from "./operation-context.ts";
import type { ParentAndName } from "./path-nodes.ts";
import { openFileOperations } from "./open-file-operations.ts";
import { isUserAttribute } from "./xattr-overrides.ts";

type Changing = Pick<
  Operations,
  | "chmod"
  | "chown"
  | "create"
  | "flush"
  | "fsync"
  | "ftruncate"
  | "link"
  | "mkdir"
  | "mknod"
  | "removexattr"
  | "rename"
  | "rmdir"
  | "setxattr"
  | "symlink"
  | "truncate"
  | "unlink"
  | "utimens"
  | "write"
>;

type ChangeNode = (
  change: ChangeOperations,
  ino: Ino,
  signal: AbortSignal,
) => MaybePromise<unknown>;
type ChangeEntry = (
  change: ChangeOperations,
  entry: ParentAndName,
  signal: AbortSignal,
) => MaybePromise<unknown>;

/**
 * The operations that change something. All of them are defined, even those that the file system refuses, because
 * libfuse would reply ENOSYS for a missing one. After each change all cached paths are forgotten.
 */
export function changingOperations(context: OperationContext): Changing {
  const changes = new ChangeRunner(context);
  return {
    ...nodeChanges(changes),
    ...entryChanges(changes),
    ...specialChanges(changes),
    ...openFileOperations(context),
  };
}

type ChangeCall = Pick<Call, "operation" | "path" | "deadline">;

class ChangeRunner {
  readonly #context: OperationContext;

  constructor(context: OperationContext) {
    this.#context = context;
  }

  onNode(operation: string, path: string, done: Callback, change: ChangeNode): void {
    this.#onNode({ operation, path }, done, change);
  }

  /** Has no deadline, because setting the status of a result waits until its files are uploaded. */
  setxattr(path: string, done: Callback, change: ChangeNode): void {
    this.#onNode({ operation: "setxattr", path, deadline: false }, done, change);
  }

  #onNode(call: ChangeCall, done: Callback, change: ChangeNode): void {
    const { fileSystem, nodes } = this.#context;
    this.#run(call, done, async (signal) => {
      const ino = await nodes.node(call.path, signal);
      return await change(fileSystem.change, ino, signal);
    });
  }

  onEntry(operation: string, path: string, done: Callback, change: ChangeEntry): void {
    const { fileSystem, nodes } = this.#context;
    this.#run({ operation, path }, done, async (signal) => {
      const entry = await nodes.parentAndName(path, signal);
      return await change(fileSystem.change, entry, signal);
    });
  }

  create(path: string, mode: number, done: (result: number, handle?: number) => void): void {
    const { fileSystem, nodes, runner, writers } = this.#context;
    runner.run(
      { operation: "create", path },
      async (signal) => {
        const { parent, name } = await nodes.parentAndName(path, signal);
        return await fileSystem.change.create(parent, name, mode, signal);
      },
      {
        succeed: (handle) => {
          nodes.forget(path);
          writers.opened(handle, { path, ino: fileSystem.inoOf(handle) });
          done(0, handle);
          return 0;
        },
        fail: done,
        discard: (handle) => fileSystem.release(handle),
      },
    );
  }

  rename(from: string, to: string, done: Callback): void {
    const { fileSystem, nodes, writers } = this.#context;
    this.#run({ operation: "rename", path: from, deadline: false }, done, async (signal) => {
      const source = await nodes.parentAndName(from, signal);
      const target = await nodes.parentAndName(to, signal);
      const { change } = fileSystem;
      await change.rename(source.parent, source.name, target.parent, target.name, signal);
      writers.renamed(from, to);
    });
  }

  async node(path: string, signal: AbortSignal): Promise<Ino> {
    return await this.#context.nodes.node(path, signal);
  }

  #run(call: ChangeCall, done: Callback, work: (signal: AbortSignal) => Promise<unknown>): void {
    this.#context.runner.run(call, work, {
      succeed: () => {
        this.#context.nodes.clear();
        done(0);
        return 0;
      },
      fail: done,
    });
  }
}

function nodeChanges(
  changes: ChangeRunner,
): Pick<Changing, "chmod" | "chown" | "removexattr" | "setxattr" | "truncate" | "utimens"> {
  return {
    chmod: (path, _mode, done) =>
      changes.onNode("chmod", path, done, (change, ino, signal) => change.chmod(ino, signal)),
    chown: (path, _uid, _gid, done) =>
      changes.onNode("chown", path, done, (change, ino, signal) => change.chown(ino, signal)),
    utimens: (path, _atimeMs, _mtimeMs, done) =>
      changes.onNode("utimens", path, done, (change, ino, signal) => change.utimens(ino, signal)),
    truncate: (path, sizeBytes, done) =>
      changes.onNode("truncate", path, done, (change, ino, signal) =>
        change.truncate(ino, sizeBytes, signal),
      ),
    setxattr: (...[path, name, value, , , done]) => {
      if (!isUserAttribute(name)) return done(-constants.errno.ENOTSUP);
      // libfuse frees the memory of the value after the reply, so a copy is used.
      const copy = Uint8Array.from(value);
      return changes.setxattr(path, done, (change, ino, signal) =>
        change.setxattr(ino, name, copy, signal),
      );
    },
    removexattr: (path, name, done) => {
      if (!isUserAttribute(name)) return done(-constants.errno.ENOTSUP);
      return changes.onNode("removexattr", path, done, (change, ino, signal) =>
        change.removexattr(ino, name, signal),
      );
    },
  };
}

function entryChanges(
  changes: ChangeRunner,
): Pick<Changing, "create" | "mkdir" | "rename" | "rmdir" | "unlink"> {
  return {
    create: (path, mode, done) => changes.create(path, mode, done),
    mkdir: (path, mode, done) =>
      changes.onEntry("mkdir", path, done, (change, { parent, name }, signal) =>
        change.mkdir(parent, name, mode, signal),
      ),
    unlink: (path, done) =>
      changes.onEntry("unlink", path, done, (change, { parent, name }, signal) =>
        change.unlink(parent, name, signal),
      ),
    rmdir: (path, done) =>
      changes.onEntry("rmdir", path, done, (change, { parent, name }, signal) =>
        change.rmdir(parent, name, signal),
      ),
    rename: (from, to, done) => changes.rename(from, to, done),
  };
}

function specialChanges(changes: ChangeRunner): Pick<Changing, "link" | "mknod" | "symlink"> {
  return {
    mknod: (path, mode, _device, done) =>
      changes.onEntry("mknod", path, done, (change, { parent, name }, signal) =>
        change.mknod(parent, name, mode, signal),
      ),
    symlink: (_target, path, done) =>
      changes.onEntry("symlink", path, done, (change, { parent, name }, signal) =>
        change.symlink(parent, name, signal),
      ),
    link: (existing, path, done) =>
      changes.onEntry("link", path, done, async (change, { parent, name }, signal) => {
        const ino = await changes.node(existing, signal);
        await change.link(ino, parent, name, signal);
      }),
  };
}
