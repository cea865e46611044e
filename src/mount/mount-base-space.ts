import { neverAborted } from "../core/abort.ts";
import { defaultOf } from "../config/option-values.ts";
import { type Logger, silentLogger } from "../core/logger.ts";
import type { Driver, MountOptions } from "../fuse/driver.ts";
import { createNativeDriver } from "../fuse/native-driver.ts";
import { gateOpens } from "./gated-file-system.ts";
import { type BaseSpaceMount, LiveMount } from "./live-mount.ts";
import type { MountableSession } from "./mountable-session.ts";
import { type PreparedMount, prepareMount, type PrepareOptions } from "./prepare-mount.ts";

/** How to mount; see `fuse/driver.ts` for what the kernel does with the options. */
export interface MountBaseSpaceOptions extends PrepareOptions {
  /** @default false */
  readonly readOnly?: boolean;
  /** @default false */
  readonly allowOther?: boolean;
  /** @default false */
  readonly noexec?: boolean;
  /** How long the kernel keeps attributes and names, milliseconds. @default 1000 */
  readonly attributeTtlMs?: number;
  /** How long the kernel remembers that a name does not exist, milliseconds. @default 1000 */
  readonly negativeTtlMs?: number;
  /**
   * Kernel read-ahead requests in flight. libfuse 2 ends worker threads when more than ten are idle, and the binding
   * never frees their memory, so the default stays just below.
   * @default 9
   */
  readonly maxBackground?: number;
  /** Operations that take longer fail with ETIMEDOUT, milliseconds. @default 60000 */
  readonly deadlineMs?: number;
  /** @default the driver over fuse-native */
  readonly driver?: Driver;
  /** Where the mount logs; default: nowhere. */
  readonly logger?: Logger;
  /** The file that the logger writes, for `bsmount status`. @default none */
  readonly logFile?: string;
}

/**
 * Mounts a session and adds it to the registry of live mounts. The caller still owns the session, and disposes it after
 * the mount has ended.
 * @throws BsmountError `usage`, `busy` or `environment` with the remedy
 */
export async function mountBaseSpace(
  session: MountableSession,
  options: MountBaseSpaceOptions,
  signal: AbortSignal,
): Promise<BaseSpaceMount> {
  const prepared = await prepareMount(options, signal);
  return await mountPrepared(session, prepared, { ...options, signal });
}

/**
 * The second half of {@link mountBaseSpace}, on a mount point that this process has locked. Takes ownership of
 * `prepared`, and disposes it when the mount ends or fails.
 */
export async function mountPrepared(
  session: MountableSession,
  prepared: PreparedMount,
  options: MountBaseSpaceOptions & { readonly signal: AbortSignal },
): Promise<BaseSpaceMount> {
  const gate = gateOpens(session.fileSystem);
  const driver = options.driver ?? createNativeDriver();
  const logger = options.logger ?? silentLogger;
  try {
    const mounted = await driver.mount(
      gate.fileSystem,
      driverOptions(prepared.mountPoint, options),
      options.signal,
    );
    try {
      return await LiveMount.open({ ...options, session, mounted, gate, prepared, logger });
    } catch (error) {
      await mounted.unmount({ lazy: true }, neverAborted);
      throw error;
    }
  } catch (error) {
    await prepared[Symbol.asyncDispose]();
    throw error;
  }
}

function driverOptions(mountPoint: string, options: MountBaseSpaceOptions): MountOptions {
  return {
    mountPoint,
    readOnly: options.readOnly ?? false,
    allowOther: options.allowOther ?? false,
    noexec: options.noexec ?? false,
    attributeTtlMs: options.attributeTtlMs ?? 1000,
    negativeTtlMs: options.negativeTtlMs ?? 1000,
    maxBackground: options.maxBackground ?? defaultOf("maxBackground"),
    deadlineMs: options.deadlineMs ?? 60_000,
  };
}
