import { describeError, reasonOf } from "../core/errors.ts";
import { type Logger, silentLogger } from "../core/logger.ts";
import type { CompletionOutcome } from "../session/result-completion.ts";
import type { BaseSpaceMount } from "./live-mount.ts";
import { logTelemetry } from "./log-telemetry.ts";
import { type MountBaseSpaceOptions, mountPrepared } from "./mount-base-space.ts";
import type { MountableSession } from "./mountable-session.ts";
import { prepareMount } from "./prepare-mount.ts";
import { serveSignals } from "./signals.ts";

export interface ForegroundHooks {
  /** Called when the mount is live. */
  readonly onMounted?: (mount: BaseSpaceMount) => void;
  /** Called with one line for the user, such as a busy mount at the end or a failed refresh. */
  readonly onNotice?: (text: string) => void;
}

/**
 * Mounts, and returns when the mount has ended: after SIGINT or SIGTERM (see `signals.ts`), `bsmount unmount`,
 * `fusermount -u` or an abort. Opens the session after checking the mount point, and always disposes it. Returns which
 * app results were completed at the end.
 * @throws BsmountError what mounting and `openSession` throw
 */
export async function runForeground(
  openSession: (signal: AbortSignal) => Promise<MountableSession>,
  options: MountBaseSpaceOptions,
  hooks: ForegroundHooks = {},
): Promise<CompletionOutcome> {
  const logger = options.logger ?? silentLogger;
  using _telemetry = logTelemetry(logger);
  await using signals = serveSignals((text) => notice(logger, hooks, text));
  const prepared = await prepareMount(options, signals.starting);
  let session: MountableSession;
  try {
    if (prepared.recovered)
      logger.warn({ mountPoint: prepared.mountPoint }, "unmounted a dead mount");
    session = await openSession(signals.starting);
  } catch (error) {
    await prepared[Symbol.asyncDispose]();
    throw error;
  }
  try {
    const mount = await mountPrepared(session, prepared, { ...options, signal: signals.starting });
    signals.attach(mount);
    logger.info({ mountPoint: mount.mountPoint, pid: process.pid }, "mounted");
    hooks.onMounted?.(mount);
    await mount.ended;
    logger.info({ mountPoint: mount.mountPoint }, "unmounted");
    const completion = await session.completion.complete();
    for (const { path, why } of completion.notCompleted)
      hooks.onNotice?.(`${path} was not completed: ${why}`);
    return completion;
  } catch (error) {
    logger.error({ reason: reasonOf(error), error: describeError(error) }, "cannot mount");
    // What the session has adopted is left to the next one.
    session.hurry();
    throw error;
  } finally {
    await session[Symbol.asyncDispose]();
  }
}

function notice(logger: Logger, hooks: ForegroundHooks, text: string): void {
  logger.warn(text);
  hooks.onNotice?.(text);
}
