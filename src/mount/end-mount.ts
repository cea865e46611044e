import { abandonOnAbort, neverAborted } from "../core/abort.ts";
import { describeError } from "../core/errors.ts";
import type { Logger } from "../core/logger.ts";
import { failedError, heldError } from "../session/held-files.ts";
import { NOTHING_LEFT, type UploadsLeft } from "../session/uploads-left.ts";
import type { ControlRequest, UnmountResult } from "./control-protocol.ts";
import type { Gate } from "./gated-file-system.ts";
import type { MountableSession } from "./mountable-session.ts";

/*
 * What was written and is not in BaseSpace lives no longer than the mount's process. So `bsmount unmount`
 * first finishes what can be finished, and refuses while something is left: files under temporary names,
 * and those whose upload failed. Detaching (`--lazy`) ends the mount all the same, and names what is lost.
 */

export type UnmountRequest = Extract<ControlRequest, { readonly method: "unmount" }>;

export interface EndMountOptions {
  readonly mountPoint: string;
  readonly session: MountableSession;
  readonly gate: Gate;
  readonly logger: Logger;
  /** Takes the mount down and waits until it is gone. @throws BsmountError `busy` */
  readonly takeDown: (lazy: boolean) => Promise<void>;
}

/**
 * Ends a mount as somebody asked for it. `signal` aborts the waiting for uploads, which go on then.
 * @throws BsmountError `unfinished` naming the files that would be lost, `busy` naming the holders
 */
export async function endMount(
  request: UnmountRequest,
  options: EndMountOptions,
  signal: AbortSignal,
): Promise<UnmountResult> {
  if (request.held === "upload") await options.session.uploadHeld?.(signal);
  return request.lazy
    ? await detach(request, options, signal)
    : await unmount(request, options, signal);
}

async function unmount(
  request: UnmountRequest,
  options: EndMountOptions,
  signal: AbortSignal,
): Promise<UnmountResult> {
  if (request.wait) await finishUploads(options, signal);
  signal.throwIfAborted();
  // What is opened between this look and the end would be lost.
  using _pause = options.gate.pause();
  refuseLoss(request, options);
  await options.takeDown(false);
  return { lost: [] };
}

async function detach(
  request: UnmountRequest,
  options: EndMountOptions,
  signal: AbortSignal,
): Promise<UnmountResult> {
  await options.takeDown(true);
  if (request.wait) await finishUploads(options, signal);
  const { held, failed } = leftOf(options);
  return { lost: request.held === "discard" ? failed : [...held, ...failed] };
}

/** A failure shows in what is left. The session goes on with it when nobody waits any more. */
async function finishUploads(
  { session, logger }: EndMountOptions,
  signal: AbortSignal,
): Promise<void> {
  try {
    await abandonOnAbort(session.finishUploads?.(neverAborted) ?? Promise.resolve(), signal);
  } catch (error) {
    logger.warn({ error: describeError(error) }, "the mount is to end, and an upload failed");
  }
}

function refuseLoss({ held }: UnmountRequest, options: EndMountOptions): void {
  const what = `cannot unmount ${options.mountPoint}`;
  const left = leftOf(options);
  if (left.held.length > 0 && held !== "discard") throw heldError(what, left.held);
  if (left.failed.length > 0) throw failedError(what, left.failed);
}

function leftOf({ session }: EndMountOptions): UploadsLeft {
  return session.uploadsLeft?.() ?? NOTHING_LEFT;
}
