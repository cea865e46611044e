import { neverAborted } from "../core/abort.ts";
import { BsmountError, describeError } from "../core/errors.ts";
import { withoutKnownSecrets } from "../core/known-secrets.ts";
import type { Logger } from "../core/logger.ts";
import type { Mounted } from "../fuse/driver.ts";
import { findHolders } from "../linux/mount-holders.ts";
import { StillOpenError } from "../session/still-open-error.ts";
import type { ControlRequest, PendingUploads, UnmountResult } from "./control-protocol.ts";
import { ControlServer } from "./control-server.ts";
import { endMount, type UnmountRequest } from "./end-mount.ts";
import type { Gate } from "./gated-file-system.ts";
import { nameHolders, unmountUnlessUsed } from "./mount-in-use.ts";
import type { MountStatus } from "./mount-status.ts";
import type { MountableSession } from "./mountable-session.ts";
import type { PreparedMount } from "./prepare-mount.ts";
import type { UnfinishedInMount } from "./result-in-mounts.ts";
import { enterRegistry, socketPathOf } from "./registry.ts";
import { handleUploadsRequest, isUploadsRequest, type UploadsRequest } from "./uploads-control.ts";
import type { StatusOutcome } from "../session/status-outcome.ts";

/** A mounted session. Disposing unmounts it, even if it is in use. */
export interface BaseSpaceMount extends AsyncDisposable {
  /** The absolute path of the mount point. */
  readonly mountPoint: string;
  /** Resolves when the mount has ended, for whatever reason, and its socket and registry entry are removed. */
  readonly ended: Promise<void>;
  /** The state of the mount, as `bsmount status --json` shows it. */
  status(): MountStatus;
  /** Refuses to open files from now on; open files keep working. */
  refuseOpens(): void;
  /** @throws BsmountError `busy`, naming the processes that use the mount */
  unmount(options: { readonly lazy: boolean }, signal: AbortSignal): Promise<void>;
  /** Ends the mount at once, even if it is in use; files open for writing stay in staging. */
  abandon(): void;
  /** Forgets every cached listing. */
  refresh(): Promise<void>;
}

type SetStatusRequest = Extract<ControlRequest, { readonly method: "set-status" }>;

export interface LiveMountOptions {
  readonly session: MountableSession;
  readonly mounted: Mounted;
  readonly gate: Gate;
  readonly prepared: PreparedMount;
  readonly logger: Logger;
  readonly logFile?: string;
}

/** A mount with its control socket and registry entry; removes both and releases the lock at its end. */
export class LiveMount implements BaseSpaceMount {
  /** The absolute path of the mount point. */
  readonly mountPoint: string;
  readonly ended: Promise<void>;
  readonly #options: LiveMountOptions;
  readonly #since = new Date().toISOString();
  #isDetached = false;
  #hasEnded = false;

  private constructor(options: LiveMountOptions, registrations: readonly AsyncDisposable[]) {
    this.#options = options;
    this.mountPoint = options.mounted.mountPoint;
    const { detached, ended } = options.mounted;
    const left = detached.then(async () => await this.#leaveMountPoint(registrations));
    this.ended = ended.then(async () => await this.#removeRemaining(left));
  }

  static async open(options: LiveMountOptions): Promise<LiveMount> {
    const registrations: AsyncDisposable[] = [];
    const mount = new LiveMount(options, registrations);
    registrations.push(options.prepared);
    await mount.#register(registrations);
    return mount;
  }

  /** Creates the control socket, and then the registry entry that leads to it. */
  async #register(registrations: AsyncDisposable[]): Promise<void> {
    const { runtimeFolder } = this.#options.prepared;
    registrations.push(
      await ControlServer.listen(
        socketPathOf(runtimeFolder, this.status()),
        async (request, signal) => await this.#handle(request, signal),
        () => this.#progress(),
      ),
    );
    registrations.push(await enterRegistry(runtimeFolder, this.status()));
  }

  async #removeRemaining(left: Promise<readonly AsyncDisposable[]>): Promise<void> {
    this.#hasEnded = true;
    await this.#unregister(await left);
  }

  /**
   * Frees the mount point of a detached mount for another one. While the detached mount is in use, it has a socket and
   * an entry under another name, so that no app result of which it has files can be ended.
   */
  async #leaveMountPoint(
    registrations: readonly AsyncDisposable[],
  ): Promise<readonly AsyncDisposable[]> {
    this.#isDetached = true;
    const others: AsyncDisposable[] = [];
    try {
      if (!this.#hasEnded) await this.#register(others);
    } catch (error) {
      this.#options.logger.warn(
        { error: describeError(error) },
        "the detached mount has no registry entry",
      );
    }
    await this.#unregister(registrations);
    return others;
  }

  /** The state of the mount, as `bsmount status --json` shows it. */
  status(): MountStatus {
    const { session, logFile } = this.#options;
    const { awaitingRename, awaitingCommit, ...uploads } = session.uploads();
    return {
      mountPoint: this.mountPoint,
      pid: process.pid,
      // The status is printed and stored; the service could have put the token into the user name.
      ...withoutKnownSecrets(session.describe()),
      uploads: {
        ...uploads,
        held: awaitingRename + awaitingCommit,
        leftBytes: session.unfinishedFiles().leftBytes,
      },
      since: this.#since,
      ...(logFile === undefined ? {} : { logFile }),
      ...(this.#isDetached ? { isDetached: true } : {}),
    };
  }

  refuseOpens(): void {
    this.#options.gate.close();
  }

  async unmount(options: { readonly lazy: boolean }, signal: AbortSignal): Promise<void> {
    const { mounted, session } = this.#options;
    // Programs that use a detached mount may be about to write more.
    if (options.lazy) await session.completion.leave("the mount was detached");
    await unmountUnlessUsed(this.mountPoint, async () => await mounted.unmount(options, signal), {
      signal,
    });
  }

  abandon(): void {
    this.#options.session.hurry();
    this.#options.mounted.abandon();
  }

  async refresh(): Promise<void> {
    await this.#options.session.refresh();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.unmount({ lazy: true }, neverAborted);
    this.abandon();
    await this.ended;
  }

  async #setStatus({
    path,
    held,
    method: _method,
    ...rest
  }: SetStatusRequest): Promise<StatusOutcome> {
    const { session } = this.#options;
    const change = { ...rest, ...(held === undefined ? {} : { temporaryFiles: held }) };
    try {
      return await session.setStatus(path, change, neverAborted);
    } catch (error) {
      throw error instanceof StillOpenError ? await this.#nameHolders(error) : error;
    }
  }

  async #unfinished(appResultId: string): Promise<UnfinishedInMount> {
    const found = await this.#options.session.unfinishedIn(appResultId, neverAborted);
    // Once a mount is detached, the kernel shows no paths by which holders could be found.
    const holders = this.#isDetached ? [] : await findHolders(this.mountPoint);
    const named = found.open.map((path) => nameHolders(path, this.mountPoint, holders));
    return { open: named, left: found.left };
  }

  async #nameHolders({ what, paths }: StillOpenError): Promise<StillOpenError> {
    const holders = await findHolders(this.mountPoint);
    return new StillOpenError(
      what,
      paths.map((path) => nameHolders(path, this.mountPoint, holders)),
    );
  }

  #progress(): PendingUploads {
    const { pending, leftBytes } = this.#options.session.unfinishedFiles();
    return { pending, leftBytes };
  }

  async #end(request: UnmountRequest, signal: AbortSignal): Promise<UnmountResult> {
    const unmount = async (lazy: boolean): Promise<void> => {
      await this.unmount({ lazy }, neverAborted);
      await this.#options.mounted.detached;
    };
    return await endMount(
      request,
      { ...this.#options, mountPoint: this.mountPoint, unmount },
      signal,
    );
  }

  async #handleUploads(request: UploadsRequest, signal: AbortSignal): Promise<unknown> {
    try {
      const { unfinishedUploads } = this.#options.session;
      return await handleUploadsRequest(request, unfinishedUploads, signal);
    } catch (error) {
      throw error instanceof StillOpenError ? await this.#nameHolders(error) : error;
    }
  }

  async #handle(request: ControlRequest, signal: AbortSignal): Promise<unknown> {
    if (isUploadsRequest(request)) return await this.#handleUploads(request, signal);
    switch (request.method) {
      case "status":
        return this.status();
      case "metrics":
        return await this.#options.session.metrics();
      case "refresh":
        await this.refresh();
        return null;
      case "unfinished":
        return await this.#unfinished(request.appResultId);
      case "set-status":
        return await this.#setStatus(request);
      case "unmount":
        return await this.#end(request, signal);
      default:
        throw new BsmountError("invalid", "unknown request");
    }
  }

  /** In reverse order: the entry first, the lock last. */
  async #unregister(registrations: readonly AsyncDisposable[]): Promise<void> {
    for (const registration of registrations.toReversed()) {
      try {
        await registration[Symbol.asyncDispose]();
      } catch (error) {
        this.#options.logger.warn(
          { error: describeError(error) },
          "cannot remove a socket or an entry of the mount",
        );
      }
    }
  }
}
