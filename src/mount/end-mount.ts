import { abandonOnAbort, neverAborted } from "../core/abort.ts";
import { BsmountError, describeError } from "../core/errors.ts";
import type { Logger } from "../core/logger.ts";
import { findHolders } from "../linux/mount-holders.ts";
import { failedError, heldError, namedFiles } from "../session/held-files.ts";
import type { ControlRequest, UnmountResult } from "./control-protocol.ts";
import type { Gate } from "./gated-file-system.ts";
import { inUseError, nameHolders } from "./mount-in-use.ts";
import type { MountableSession } from "./mountable-session.ts";

/*
 * `bsmount unmount` first looks whether somebody uses the mount, and refuses then, with everything as it was.
 * It finishes what was written and closed, and refuses while something is left that nobody would finish:
 * files under temporary names, and those whose upload failed. Detaching (`--lazy`) takes the mount from the
 * tree all the same; who has something open goes on, and what is left stays in staging. Nothing finishes a
 * file that somebody still writes.
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
 * Ends a mount as somebody asked for it. `signal` aborts the waiting for uploads, which go on then.
 * @throws BsmountError `busy` naming the holders, `unfinished` naming the files that nobody would finish
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
  await decideHeld(request, options, signal);
  if (request.wait) await finishUploads(options, signal);
  signal.throwIfAborted();
  // What is opened between this look and the end would not be finished.
  using _pause = options.gate.pause();
  await refuseInUse(options, signal);
  refuseUnfinished(options);
  await options.unmount(false);
  return { open: [], left: [], isUsed: false };
}

async function detach(
  request: UnmountRequest,
  options: EndMountOptions,
  signal: AbortSignal,
): Promise<UnmountResult> {
  const { session, mountPoint } = options;
  // Of a detached mount the kernel shows no paths by which its holders could be found.
  const holders = await findHolders(mountPoint);
  await options.unmount(true);
  const open = await stillOpen(options, signal);
  await decideHeld(request, options, signal);
  if (request.wait) await finishUploads(options, signal);
  const { held, failed } = session.uploadsLeft();
  return {
    open: open.map((path) => nameHolders(path, mountPoint, holders)),
    left: [...held, ...failed],
    isUsed: holders.length + open.length > 0,
  };
}

/** Nothing is finished, or given up, of a mount that stays because somebody uses it. */
async function refuseInUse(options: EndMountOptions, signal: AbortSignal): Promise<void> {
  const { mountPoint } = options;
  const holders = await findHolders(mountPoint);
  if (holders.length > 0) throw inUseError(mountPoint, holders);
  const open = await stillOpen(options, signal);
  if (open.length === 0) return;
  const named = `${namedFiles(open)} ${open.length === 1 ? "is" : "are"} open for writing`;
  throw new BsmountError(
    "busy",
    `${mountPoint} is in use: ${named} in a process that cannot be seen`,
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

async function decideHeld(
  { held }: UnmountRequest,
  { session }: EndMountOptions,
  signal: AbortSignal,
): Promise<void> {
  if (held === "upload") await session.uploadHeld(signal);
  if (held === "discard") await session.discardHeld(signal);
}

/** A failure shows in what is left. The session goes on with it when nobody waits any more. */
async function finishUploads(
  { session, logger }: EndMountOptions,
  signal: AbortSignal,
): Promise<void> {
  try {
    await abandonOnAbort(session.finishUploads(neverAborted), signal);
  } catch (error) {
    logger.warn({ error: describeError(error) }, "the mount is to end, and an upload failed");
  }
}

function refuseUnfinished({ mountPoint, session }: EndMountOptions): void {
  const what = `cannot unmount ${mountPoint}`;
  const { held, failed } = session.uploadsLeft();
  if (held.length > 0) throw heldError(what, held);
  if (failed.length > 0) throw failedError(what, failed);
}
