import { describeError, reasonOf } from "../core/errors.ts";
import { type Logger, silentLogger } from "../core/logger.ts";
import type { BaseSpaceMount } from "./live-mount.ts";
import { logTelemetry } from "./log-telemetry.ts";
import { type MountBaseSpaceOptions, mountPrepared } from "./mount-base-space.ts";
import type { MountableSession } from "./mountable-session.ts";
import { prepareMount } from "./prepare-mount.ts";
import { serveSignals } from "./signals.ts";

export interface ForegroundHooks {
  /** The mount is live. */
  readonly onMounted?: (mount: BaseSpaceMount) => void;
  /** One line that the user should see: a busy mount at the end, a failed refresh. */
  readonly onNotice?: (text: string) => void;
}

/**
 * Mounts and stays until the mount has ended, by whatever: SIGINT or SIGTERM (the first waits for what is
 * open, the second detaches), `bsmount unmount`, `fusermount -u`, an abort. SIGHUP refreshes. The session
 * is opened after the mount point was found usable, and disposed in any case.
 * @throws BsmountError what mounting and `openSession` throw
 */
export async function runForeground(
  openSession: (signal: AbortSignal) => Promise<MountableSession>,
  options: MountBaseSpaceOptions,
  hooks: ForegroundHooks = {},
): Promise<void> {
  const logger = options.logger ?? silentLogger;
  using _telemetry = logTelemetry(logger);
  await using signals = serveSignals((text) => notice(logger, hooks, text));
  const prepared = await prepareMount(options, signals.starting);
  let session: MountableSession;
  try {
    if (prepared.recovered)
      logger.warn({ mountPoint: prepared.mountPoint }, "took down a dead mount");
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
  } catch (error) {
    logger.error({ reason: reasonOf(error), error: describeError(error) }, "cannot mount");
    throw error;
  } finally {
    await session[Symbol.asyncDispose]();
  }
}

function notice(logger: Logger, hooks: ForegroundHooks, text: string): void {
  logger.warn(text);
  hooks.onNotice?.(text);
}
