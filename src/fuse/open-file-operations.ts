import type { Operations } from "fuse-native";
import { andThen } from "../core/maybe-promise.ts";
import type { MaybePromise, Handle, WriterState } from "../fs/file-system.ts";
import type { Call } from "./operation-runner.ts";
import type { OperationContext } from "./operation-context.ts";

/**
 * The operations on open files have no deadline: after an abandoned write the disk would still read from memory that
 * libfuse has freed, and a close waits until the file is uploaded.
 */
export function openFileOperations(
  context: OperationContext,
): Pick<Operations, "flush" | "fsync" | "ftruncate" | "write"> {
  const { fileSystem, writers } = context;
  return {
    ...writeOperation(context),
    ftruncate: (path, handle, sizeBytes, done) =>
      onOpenFile(context, { operation: "ftruncate", path }, done, (signal) =>
        andThen(writers.changes(handle, path), () =>
          fileSystem.ftruncate(handle as Handle, sizeBytes, signal),
        ),
      ),
    flush: (path, handle, done) =>
      onOpenFile(context, { operation: "flush", path }, done, (signal) => {
        const closed = { path, ino: fileSystem.inoOf(handle as Handle) };
        const askState = async (): Promise<WriterState> =>
          await writers.stateOf(handle, closed, signal);
        const isBeingKilled = (): boolean => writers.isBeingKilled(closed);
        const askWriters = Object.assign(askState, { isBeingKilled });
        return fileSystem.flush(handle as Handle, askWriters, signal);
      }),
    fsync: (path, _dataOnly, handle, done) =>
      onOpenFile(context, { operation: "fsync", path }, done, (signal) =>
        fileSystem.fsync(handle as Handle, signal),
      ),
  };
}

function onOpenFile(
  { runner, nodes }: OperationContext,
  call: Call,
  done: (result: number) => void,
  work: (signal: AbortSignal) => MaybePromise<void>,
): void {
  runner.run({ ...call, deadline: false }, work, {
    succeed: () => {
      nodes.forget(call.path);
      done(0);
      return 0;
    },
    fail: done,
  });
}

/** Forgets the path, because the first write to a complete file begins a new version, which the next open must find. */
function writeOperation({
  fileSystem,
  nodes,
  runner,
  writers,
}: OperationContext): Pick<Operations, "write"> {
  return {
    write: (...[path, handle, from, length, offset, done]) =>
      runner.run(
        { operation: "write", path, deadline: false },
        (signal) =>
          andThen(writers.changes(handle, path), () =>
            fileSystem.write(handle as Handle, offset, from.subarray(0, length), signal),
          ),
        {
          succeed: (count) => {
            nodes.forget(path);
            done(count);
            return 0;
          },
          fail: done,
        },
      ),
  };
}
