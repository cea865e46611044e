import { constants } from "node:os";
import type { Callback, Operations } from "fuse-native";
import type { Answer, ChangeOperations, Handle, Ino } from "../fs/file-system.ts";
import { andThen } from "../core/answer.ts";
import type { Call } from "./answer.ts";
import type { OperationContext } from "./operation-context.ts";
import type { Place } from "./path-nodes.ts";
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

type OnNode = (change: ChangeOperations, ino: Ino, signal: AbortSignal) => Answer<unknown>;
type OnPlace = (change: ChangeOperations, place: Place, signal: AbortSignal) => Answer<unknown>;

/**
 * The operations that change something. Each one is defined though the filesystem may refuse it: what is
 * missing would be answered ENOSYS by libfuse. Afterwards no path is remembered.
 */
export function changingOperations(context: OperationContext): Changing {
  const runner = new ChangeRunner(context);
  return {
    ...nodeChanges(runner),
    ...placeChanges(runner),
    ...specialChanges(runner),
    ...contentChanges(context),
    ...writes(context),
  };
}

type ChangeCall = Pick<Call, "operation" | "path" | "deadline">;

class ChangeRunner {
  readonly #context: OperationContext;

  constructor(context: OperationContext) {
    this.#context = context;
  }

  onNode(operation: string, path: string, done: Callback, work: OnNode): void {
    this.#onNode({ operation, path }, done, work);
  }

  /** Setting a result's status finishes its files, for as long as bytes move. */
  setxattr(path: string, done: Callback, work: OnNode): void {
    this.#onNode({ operation: "setxattr", path, deadline: false }, done, work);
  }

  #onNode(call: ChangeCall, done: Callback, work: OnNode): void {
    const { fileSystem, nodes } = this.#context;
    const { path } = call;
    this.run(call, done, (signal) =>
      andThen(nodes.node(path, signal), (ino) => work(fileSystem.change, ino, signal)),
    );
  }

  onPlace(operation: string, path: string, done: Callback, work: OnPlace): void {
    const { fileSystem, nodes } = this.#context;
    this.run({ operation, path }, done, (signal) =>
      andThen(nodes.place(path, signal), (place) => work(fileSystem.change, place, signal)),
    );
  }

  create(path: string, mode: number, done: (result: number, handle?: number) => void): void {
    const { fileSystem, nodes, answerer, writers } = this.#context;
    answerer.answer(
      { operation: "create", path },
      (signal) =>
        andThen(nodes.place(path, signal), ({ parent, name }) =>
          fileSystem.change.create(parent, name, mode, signal),
        ),
      {
        give: (handle) => {
          nodes.clear();
          writers.made(handle);
          done(0, handle);
          return 0;
        },
        refuse: done,
        tooLate: (handle) => fileSystem.release(handle),
      },
    );
  }

  rename(from: string, to: string, done: Callback): void {
    const { fileSystem, nodes } = this.#context;
    this.run({ operation: "rename", path: from, deadline: false }, done, (signal) =>
      andThen(nodes.place(from, signal), (source) =>
        andThen(nodes.place(to, signal), (target) =>
          fileSystem.change.rename(source.parent, source.name, target.parent, target.name, signal),
        ),
      ),
    );
  }

  run(call: ChangeCall, done: Callback, work: (signal: AbortSignal) => Answer<unknown>): void {
    this.#context.answerer.answer(call, work, {
      give: () => {
        this.#context.nodes.clear();
        done(0);
        return 0;
      },
      refuse: done,
    });
  }

  node(path: string, signal: AbortSignal): Answer<Ino> {
    return this.#context.nodes.node(path, signal);
  }
}

function nodeChanges(
  runner: ChangeRunner,
): Pick<Changing, "chmod" | "chown" | "removexattr" | "setxattr" | "truncate" | "utimens"> {
  return {
    chmod: (path, _mode, done) =>
      runner.onNode("chmod", path, done, (change, ino, signal) => change.chmod(ino, signal)),
    chown: (path, _uid, _gid, done) =>
      runner.onNode("chown", path, done, (change, ino, signal) => change.chown(ino, signal)),
    utimens: (path, _atimeMs, _mtimeMs, done) =>
      runner.onNode("utimens", path, done, (change, ino, signal) => change.utimens(ino, signal)),
    truncate: (path, sizeBytes, done) =>
      runner.onNode("truncate", path, done, (change, ino, signal) =>
        change.truncate(ino, sizeBytes, signal),
      ),
    setxattr: (...[path, name, value, , , done]) => {
      if (!isUserAttribute(name)) return done(-constants.errno.ENOTSUP);
      // The value lies in libfuse's memory, which is gone once the call is answered: a copy is kept.
      const copy = Uint8Array.from(value);
      return runner.setxattr(path, done, (change, ino, signal) =>
        change.setxattr(ino, name, copy, signal),
      );
    },
    removexattr: (path, name, done) => {
      if (!isUserAttribute(name)) return done(-constants.errno.ENOTSUP);
      return runner.onNode("removexattr", path, done, (change, ino, signal) =>
        change.removexattr(ino, name, signal),
      );
    },
  };
}

function placeChanges(
  runner: ChangeRunner,
): Pick<Changing, "create" | "mkdir" | "rename" | "rmdir" | "unlink"> {
  return {
    create: (path, mode, done) => runner.create(path, mode, done),
    mkdir: (path, mode, done) =>
      runner.onPlace("mkdir", path, done, (change, { parent, name }, signal) =>
        change.mkdir(parent, name, mode, signal),
      ),
    unlink: (path, done) =>
      runner.onPlace("unlink", path, done, (change, { parent, name }, signal) =>
        change.unlink(parent, name, signal),
      ),
    rmdir: (path, done) =>
      runner.onPlace("rmdir", path, done, (change, { parent, name }, signal) =>
        change.rmdir(parent, name, signal),
      ),
    rename: (from, to, done) => runner.rename(from, to, done),
  };
}

function specialChanges(runner: ChangeRunner): Pick<Changing, "link" | "mknod" | "symlink"> {
  return {
    mknod: (path, mode, _device, done) =>
      runner.onPlace("mknod", path, done, (change, { parent, name }, signal) =>
        change.mknod(parent, name, mode, signal),
      ),
    symlink: (_target, path, done) =>
      runner.onPlace("symlink", path, done, (change, { parent, name }, signal) =>
        change.symlink(parent, name, signal),
      ),
    link: (existing, path, done) =>
      runner.onPlace("link", path, done, (change, { parent, name }, signal) =>
        andThen(runner.node(existing, signal), (ino) => change.link(ino, parent, name, signal)),
      ),
  };
}

/**
 * What is done to an open file. None of it has a deadline of ours: a write that were given up would leave
 * the disk reading from memory that libfuse has freed, and a close waits for as long as bytes move.
 */
function contentChanges(
  context: OperationContext,
): Pick<Changing, "flush" | "fsync" | "ftruncate"> {
  const { fileSystem, writers } = context;
  return {
    ftruncate: (path, handle, sizeBytes, done) =>
      onOpenFile(context, { operation: "ftruncate", path }, done, (signal) =>
        fileSystem.ftruncate(handle as Handle, sizeBytes, signal),
      ),
    flush: (path, handle, done) =>
      onOpenFile(context, { operation: "flush", path }, done, (signal) =>
        fileSystem.flush(
          handle as Handle,
          async () => {
            const ino = fileSystem.inoOf(handle as Handle);
            return await writers.isOpenForWriting(handle, { path, ino }, signal);
          },
          signal,
        ),
      ),
    fsync: (path, _dataOnly, handle, done) =>
      onOpenFile(context, { operation: "fsync", path }, done, (signal) =>
        fileSystem.fsync(handle as Handle, signal),
      ),
  };
}

function onOpenFile(
  { answerer, nodes }: OperationContext,
  call: Call,
  done: (result: number) => void,
  work: (signal: AbortSignal) => Answer<void>,
): void {
  answerer.answer({ ...call, deadline: false }, work, {
    give: () => {
      nodes.forget(call.path);
      done(0);
      return 0;
    },
    refuse: done,
  });
}

/** The first write begins a new version of a file that was complete: whoever opens its path then has to meet that. */
function writes({
  fileSystem,
  nodes,
  answerer,
  writers,
}: OperationContext): Pick<Changing, "write"> {
  return {
    write: (...[path, handle, from, length, offset, done]) =>
      answerer.answer(
        { operation: "write", path, deadline: false },
        (signal) => {
          writers.wrote(handle, path);
          return fileSystem.write(handle as Handle, offset, from.subarray(0, length), signal);
        },
        {
          give: (count) => {
            nodes.forget(path);
            done(count);
            return 0;
          },
          refuse: done,
        },
      ),
  };
}
