import { constants } from "node:fs";
import type { Operations } from "fuse-native";
import { BsmountError } from "../core/errors.ts";
import type { Answer, Handle, Ino } from "../fs/file-system.ts";
import { unlistableError } from "../fs/unlistable.ts";
import { toEntryStat, toStat, toStatfs } from "./binding-stat.ts";
import { andThen, orElse } from "../core/answer.ts";
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

/** The operations that change nothing. */
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
  answerer,
}: OperationContext): Pick<Reading, "access" | "fgetattr" | "getattr" | "readlink" | "statfs"> {
  const getattr: Reading["getattr"] = (path, done) =>
    answerer.answer({ operation: "getattr", path }, (signal) => nodes.attributes(path, signal), {
      give: (attributes) => (done(0, toStat(attributes)), 0),
      refuse: done,
    });
  return {
    getattr,
    fgetattr: (path, _handle, done) => getattr(path, done),
    access: (path, mask, done) =>
      answerer.answer(
        { operation: "access", path },
        (signal) =>
          andThen(nodes.node(path, signal), (ino) => fileSystem.access(ino, mask, signal)),
        { give: () => (done(0), 0), refuse: done },
      ),
    readlink: (path, done) =>
      answerer.answer(
        { operation: "readlink", path },
        (signal) => andThen(nodes.node(path, signal), (ino) => fileSystem.readlink(ino, signal)),
        { give: (target) => (done(0, target), 0), refuse: done },
      ),
    statfs: (path, done) =>
      answerer.answer({ operation: "statfs", path }, () => fileSystem.statfs(), {
        give: (statistics) => (done(0, toStatfs(statistics)), 0),
        refuse: done,
      }),
  };
}

function directoryOperations({
  fileSystem,
  nodes,
  answerer,
}: OperationContext): Pick<Reading, "fsyncdir" | "opendir" | "readdir" | "releasedir"> {
  /** What `work` makes of the directory; a failure never looks like an empty one. */
  const listed = <T>(path: string, signal: AbortSignal, work: (ino: Ino) => Answer<T>): Answer<T> =>
    orElse(
      () => andThen(nodes.node(path, signal), work),
      (error) => {
        throw unlistableError(path, error);
      },
    );
  return {
    opendir: (path, _flags, done) =>
      answerer.answer(
        { operation: "opendir", path },
        (signal) => listed(path, signal, (ino) => fileSystem.opendir(ino, signal)),
        { give: () => (done(0, 0), 0), refuse: done },
      ),
    releasedir: (_path, _handle, done) => done(0),
    fsyncdir: (_path, _dataOnly, _handle, done) => done(0),
    readdir: (path, done) =>
      answerer.answer(
        { operation: "readdir", path },
        (signal) => listed(path, signal, (ino) => fileSystem.readdir(ino, signal)),
        {
          give: (entries) => {
            done(
              0,
              entries.map((entry) => entry.name),
              entries.map(toEntryStat),
            );
            return 0;
          },
          refuse: done,
        },
      ),
  };
}

function fileOperations({
  fileSystem,
  nodes,
  answerer,
  writers,
}: OperationContext): Pick<Reading, "open" | "read" | "release"> {
  return {
    open: (path, flags, done) =>
      answerer.answer(
        { operation: "open", path },
        (signal) => andThen(nodes.node(path, signal), (ino) => fileSystem.open(ino, flags, signal)),
        {
          give: (handle) => {
            if ((flags & (constants.O_WRONLY | constants.O_RDWR)) !== 0) writers.opened();
            done(0, handle);
            return 0;
          },
          refuse: done,
          tooLate: (handle) => fileSystem.release(handle),
        },
      ),
    read: (...[path, handle, into, , offset, done]) =>
      answerer.answer(
        { operation: "read", path },
        (signal) => fileSystem.read(handle as Handle, offset, into, signal),
        { give: (count) => (done(checkedCount(count, into.length)), count), refuse: done },
      ),
    release: (_path, handle, done) => {
      fileSystem.release(handle as Handle);
      writers.released(handle);
      done(0);
    },
  };
}

/** libfuse sends as many bytes as it is told, from behind its buffer too. */
function checkedCount(count: number, room: number): number {
  if (Number.isInteger(count) && count >= 0 && count <= room) return count;
  throw new BsmountError("unavailable", `read ${count} bytes into a buffer of ${room}`);
}
