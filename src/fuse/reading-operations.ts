import type { Operations } from "fuse-native";
import { BsmountError } from "../core/errors.ts";
import type { MaybePromise, Handle, Ino } from "../fs/file-system.ts";
import { unlistableError } from "../fs/unlistable.ts";
import { toEntryStat, toStat, toStatfs } from "./binding-stat.ts";
import { andThen } from "../core/maybe-promise.ts";
import type { OperationContext } from "./operation-context.ts";

type Reading = Pick<
  Operations,
  | "access"
  | "fgetattr"
  | "fsyncdir"
  | "getattr"
  | "open"
  | "opendir"
  | "read"
  | "readdir"
  | "readlink"
  | "release"
  | "releasedir"
  | "statfs"
>;

/** The operations that change nothing. Replies that need no request are sent in the same turn, see `andThen`. */
export function readingOperations(context: OperationContext): Reading {
  return {
    ...attributeOperations(context),
    ...directoryOperations(context),
    ...fileOperations(context),
  };
}

function attributeOperations({
  fileSystem,
  nodes,
  runner,
}: OperationContext): Pick<Reading, "access" | "fgetattr" | "getattr" | "readlink" | "statfs"> {
  const getattr: Reading["getattr"] = (path, done) =>
    runner.run({ operation: "getattr", path }, (signal) => nodes.attributes(path, signal), {
      succeed: (attributes) => (done(0, toStat(attributes)), 0),
      fail: done,
    });
  return {
    getattr,
    fgetattr: (path, _handle, done) => getattr(path, done),
    access: (path, mask, done) =>
      runner.run(
        { operation: "access", path },
        (signal) =>
          andThen(nodes.node(path, signal), (ino) => fileSystem.access(ino, mask, signal)),
        { succeed: () => (done(0), 0), fail: done },
      ),
    readlink: (path, done) =>
      runner.run(
        { operation: "readlink", path },
        async (signal) => await fileSystem.readlink(await nodes.node(path, signal), signal),
        { succeed: (target) => (done(0, target), 0), fail: done },
      ),
    statfs: (path, done) =>
      runner.run({ operation: "statfs", path }, () => fileSystem.statfs(), {
        succeed: (statistics) => (done(0, toStatfs(statistics)), 0),
        fail: done,
      }),
  };
}

function directoryOperations({
  fileSystem,
  nodes,
  runner,
}: OperationContext): Pick<Reading, "fsyncdir" | "opendir" | "readdir" | "releasedir"> {
  const list = async <T>(
    path: string,
    signal: AbortSignal,
    work: (ino: Ino) => MaybePromise<T>,
  ): Promise<T> => await orUnlistable(path, async () => await work(await nodes.node(path, signal)));
  return {
    opendir: (path, _flags, done) =>
      runner.run(
        { operation: "opendir", path },
        async (signal) => await list(path, signal, (ino) => fileSystem.opendir(ino, signal)),
        { succeed: () => (done(0, 0), 0), fail: done },
      ),
    releasedir: (_path, _handle, done) => done(0),
    fsyncdir: (_path, _dataOnly, _handle, done) => done(0),
    readdir: (path, done) =>
      runner.run(
        { operation: "readdir", path },
        async (signal) => await list(path, signal, (ino) => fileSystem.readdir(ino, signal)),
        {
          succeed: (entries) => {
            done(
              0,
              entries.map((entry) => entry.name),
              entries.map(toEntryStat),
            );
            return 0;
          },
          fail: done,
        },
      ),
  };
}

/** Makes `work` fail with an error that programs do not mistake for an empty directory. */
async function orUnlistable<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw unlistableError(path, error);
  }
}

function fileOperations({
  fileSystem,
  nodes,
  runner,
  writers,
}: OperationContext): Pick<Reading, "open" | "read" | "release"> {
  return {
    open: (path, flags, done) =>
      runner.run(
        { operation: "open", path },
        (signal) => andThen(nodes.node(path, signal), (ino) => fileSystem.open(ino, flags, signal)),
        {
          succeed: (handle) => {
            writers.opened(handle, { path, ino: fileSystem.inoOf(handle) }, flags);
            done(0, handle);
            return 0;
          },
          fail: done,
          discard: (handle) => fileSystem.release(handle),
        },
      ),
    read: (...[path, handle, into, , offset, done]) =>
      runner.run(
        { operation: "read", path },
        (signal) => fileSystem.read(handle as Handle, offset, into, signal),
        { succeed: (count) => (done(checkedCount(count, into.length)), count), fail: done },
      ),
    release: (_path, handle, done) => {
      fileSystem.release(handle as Handle);
      writers.released(handle);
      done(0);
    },
  };
}

/** Checks the count, because libfuse sends the number of bytes that it is given, even from beyond its buffer. */
function checkedCount(count: number, room: number): number {
  if (Number.isInteger(count) && count >= 0 && count <= room) return count;
  throw new BsmountError("unavailable", `read ${count} bytes into a buffer of ${room}`);
}
