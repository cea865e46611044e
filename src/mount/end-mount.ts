import { abandonOnAbort, neverAborted } from "../core/abort.ts";
import { BsmountError, describeError } from "../core/errors.ts";
import type { Logger } from "../core/logger.ts";
import { findHolders } from "../linux/mount-holders.ts";
import {
  uploadsFailedError,
  temporaryNamesError,
  namedFiles,
} from "../session/unfinished-errors.ts";
import type { ControlRequest, UnmountResult } from "./control-protocol.ts";
import type { Gate } from "./gated-file-system.ts";
import { inUseError, nameHolders } from "./mount-in-use.ts";
import type { MountableSession } from "./mountable-session.ts";

/*
 * `bsmount unmount` refuses, without any change, while the mount is in use. Otherwise it finishes the files that were
 * written and closed, also those that await a commit, and refuses while files are left that nothing would finish: those
 * under temporary names, and those whose upload failed. Detaching (`--lazy`) always removes the mount from the tree; open files keep working, and
 * what is left stays in staging. A file that is still open for writing is never finished.
 */

export type UnmountRequest = Extract<ControlRequest, { readonly method: "unmount" }>;

export interface EndMountOptions {
  readonly mountPoint: string;
  readonly session: MountableSession;
  readonly gate: Gate;
  readonly logger: Logger;
  /** Unmounts, and waits until the mount is out of the mount table. @throws BsmountError `busy` */
  readonly unmount: (lazy: boolean) => Promise<void>;
}

/**
 * Ends a mount on request. `signal` aborts the waiting for uploads, which continue all the same.
 * @throws BsmountError `busy` naming the holders, `unfinished` naming the files that nothing would finish
 */
export async function endMount(
  request: UnmountRequest,
  options: EndMountOptions,
  signal: AbortSignal,
): Promise<UnmountResult> {
  return request.lazy
    ? await detach(request, options, signal)
    : await unmount(request, options, signal);
}

async function unmount(
  request: UnmountRequest,
  options: EndMountOptions,
  signal: AbortSignal,
): Promise<UnmountResult> {
  await refuseInUse(options, signal);
  await decideTemporaryFiles(request, options, signal);
  await options.session.commitUploads();
  if (request.wait) await finishUploads(options, signal);
  signal.throwIfAborted();
  // A file opened between this check and the end would not be finished.
  using _pause = options.gate.pause();
  await refuseInUse(options, signal);
  // What was written while the mount waited.
  await options.session.commitUploads();
  if (request.wait) await finishUploads(options, signal);
  refuseUnfinished(options);
  const { interrupted } = options.session.unfinishedFiles();
  await options.unmount(false);
  // Nothing can be opened any more. Without waiting, the process does this when the uploads are finished.
  const ended = request.wait ? await options.session.completion.complete() : {};
  return { open: [], left: interrupted, isUsed: false, ...ended };
}

async function detach(
  request: UnmountRequest,
  options: EndMountOptions,
  signal: AbortSignal,
): Promise<UnmountResult> {
  const { session, mountPoint } = options;
  // Once a mount is detached, the kernel shows no paths by which holders could be found.
  const holders = await findHolders(mountPoint);
  await options.unmount(true);
  const open = await stillOpen(options, signal);
  await decideTemporaryFiles(request, options, signal);
  if (request.wait) await finishUploads(options, signal);
  const { awaitingCommit, awaitingRename, failed, interrupted } = session.unfinishedFiles();
  const ended = await session.completion.complete();
  return {
    open: open.map((path) => nameHolders(path, mountPoint, holders)),
    left: [...awaitingRename, ...awaitingCommit, ...failed, ...interrupted],
    isUsed: holders.length + open.length > 0,
    ...ended,
  };
}

/** Refuses before any file is finished or discarded, since the mount stays. */
async function refuseInUse(options: EndMountOptions, signal: AbortSignal): Promise<void> {
  const { mountPoint } = options;
  const holders = await findHolders(mountPoint);
  if (holders.length > 0) throw inUseError(mountPoint, holders);
  const open = await stillOpen(options, signal);
  if (open.length === 0) return;
  const named = `${namedFiles(open)} ${open.length === 1 ? "is" : "are"} open for writing`;
  throw new BsmountError(
    "busy",
    `${mountPoint} is in use: ${named} by a process that cannot be seen`,
    {
      remedy: "end that use, or unmount with --lazy, which detaches the mount though it is in use",
    },
  );
}

async function stillOpen(
  { session }: EndMountOptions,
  signal: AbortSignal,
): Promise<readonly string[]> {
  return await session.stillOpen(signal);
}

async function decideTemporaryFiles(
  { held }: UnmountRequest,
  { session }: EndMountOptions,
  signal: AbortSignal,
): Promise<void> {
  if (held === "upload") await session.keepTemporaryNames(signal);
  if (held === "discard") await session.discardTemporaryNames(signal);
}

/** Failed uploads appear in what is left. The session continues uploading when the waiting is aborted. */
async function finishUploads(
  { session, logger }: EndMountOptions,
  signal: AbortSignal,
): Promise<void> {
  try {
    await abandonOnAbort(session.finishUploads(neverAborted), signal);
  } catch (error) {
    logger.warn({ error: describeError(error) }, "an upload failed while the mount was ending");
  }
}

function refuseUnfinished({ mountPoint, session }: EndMountOptions): void {
  const what = `cannot unmount ${mountPoint}, which stays mounted`;
  const { awaitingRename, failed } = session.unfinishedFiles();
  if (awaitingRename.length > 0) throw temporaryNamesError(what, awaitingRename);
  if (failed.length > 0) throw uploadsFailedError(what, failed);
}
