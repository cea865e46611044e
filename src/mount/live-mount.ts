import { neverAborted } from "../core/abort.ts";
import { BsmountError, describeError } from "../core/errors.ts";
import { withoutKnownSecrets } from "../core/known-secrets.ts";
import type { Logger } from "../core/logger.ts";
import type { Mounted } from "../fuse/driver.ts";
import { findHolders } from "../linux/mount-holders.ts";
import { StillOpenError } from "../session/still-open.ts";
import type { ControlRequest, Progress, UnmountResult } from "./control-protocol.ts";
import { ControlServer } from "./control-server.ts";
import { endMount, type UnmountRequest } from "./end-mount.ts";
import type { Gate } from "./gated-file-system.ts";
import { nameHolders, unmountUnlessUsed } from "./mount-in-use.ts";
import type { MountStatus } from "./mount-status.ts";
import type { MountableSession } from "./mountable-session.ts";
import type { PreparedMount } from "./prepare-mount.ts";
import type { UnfinishedInMount } from "./result-in-mounts.ts";
import { enterRegistry, socketPathOf } from "./registry.ts";

/** A mounted session. Disposing unmounts it, though it be in use. */
export interface BaseSpaceMount extends AsyncDisposable {
  readonly mountPoint: string;
  /** Settles once nobody uses the mount any more, however that came about, and its traces are removed. */
  readonly ended: Promise<void>;
  status(): MountStatus;
  /** Opens no more files; what is open stays usable. */
  refuseOpens(): void;
  /** @throws BsmountError `busy`, naming the processes that use the mount */
  unmount(options: { readonly lazy: boolean }, signal: AbortSignal): Promise<void>;
  /** Ends at once though it be in use; what is open for writing stays in staging. */
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

/** A mount with its control socket and registry entry; removes both and gives back the lock at its end. */
export class LiveMount implements BaseSpaceMount {
  readonly mountPoint: string;
  readonly ended: Promise<void>;
  readonly #options: LiveMountOptions;
  readonly #since = new Date().toISOString();
  #isDetached = false;
  #hasEnded = false;

  private constructor(options: LiveMountOptions, traces: readonly AsyncDisposable[]) {
    this.#options = options;
    this.mountPoint = options.mounted.mountPoint;
    const { detached, ended } = options.mounted;
    const left = detached.then(async () => await this.#leaveMountPoint(traces));
    this.ended = ended.then(async () => await this.#endTraces(left));
  }

  static async open(options: LiveMountOptions): Promise<LiveMount> {
    const traces: AsyncDisposable[] = [];
    const mount = new LiveMount(options, traces);
    traces.push(options.prepared);
    await mount.#leaveTraces(traces);
    return mount;
  }

  /** Makes the control socket, and then the entry that leads to it. */
  async #leaveTraces(traces: AsyncDisposable[]): Promise<void> {
    const { runtimeFolder } = this.#options.prepared;
    traces.push(
      await ControlServer.listen(
        socketPathOf(runtimeFolder, this.status()),
        async (request, signal) => await this.#obey(request, signal),
        () => this.#progress(),
      ),
    );
    traces.push(await enterRegistry(runtimeFolder, this.status()));
  }

  async #endTraces(left: Promise<readonly AsyncDisposable[]>): Promise<void> {
    this.#hasEnded = true;
    await this.#removeTraces(await left);
  }

  /**
   * Another mount may take the place of one that is detached. As long as somebody uses it, it has traces elsewhere:
   * nobody may end an app result of which it has files.
   */
  async #leaveMountPoint(traces: readonly AsyncDisposable[]): Promise<readonly AsyncDisposable[]> {
    this.#isDetached = true;
    const others: AsyncDisposable[] = [];
    try {
      if (!this.#hasEnded) await this.#leaveTraces(others);
    } catch (error) {
      this.#options.logger.warn({ error: describeError(error) }, "nobody sees the detached mount");
    }
    await this.#removeTraces(traces);
    return others;
  }

  status(): MountStatus {
    const { session, logFile } = this.#options;
    return {
      mountPoint: this.mountPoint,
      pid: process.pid,
      // It goes to whoever asks, and into the registry; the service could call its user by the token.
      ...withoutKnownSecrets(session.describe()),
      uploads: session.uploads(),
      since: this.#since,
      ...(logFile === undefined ? {} : { logFile }),
      ...(this.#isDetached ? { isDetached: true } : {}),
    };
  }

  refuseOpens(): void {
    this.#options.gate.close();
  }

  async unmount(options: { readonly lazy: boolean }, signal: AbortSignal): Promise<void> {
    const { mounted } = this.#options;
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

  async #setStatus({ path, method: _method, ...change }: SetStatusRequest): Promise<void> {
    const { session } = this.#options;
    try {
      await session.setStatus(path, change, neverAborted);
    } catch (error) {
      throw error instanceof StillOpenError ? await this.#withProcesses(error) : error;
    }
  }

  async #unfinished(appResultId: string): Promise<UnfinishedInMount> {
    const found = await this.#options.session.unfinishedIn(appResultId, neverAborted);
    // Of a detached mount the kernel shows no paths by which its holders could be found.
    const holders = this.#isDetached ? [] : await findHolders(this.mountPoint);
    const named = found.open.map((path) => nameHolders(path, this.mountPoint, holders));
    return { open: named, left: found.left };
  }

  async #withProcesses({ what, paths }: StillOpenError): Promise<StillOpenError> {
    const holders = await findHolders(this.mountPoint);
    return new StillOpenError(
      what,
      paths.map((path) => nameHolders(path, this.mountPoint, holders)),
    );
  }

  #progress(): Progress {
    const { pending, leftBytes } = this.#options.session.uploadsLeft();
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

  async #obey(request: ControlRequest, signal: AbortSignal): Promise<unknown> {
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
        await this.#setStatus(request);
        return null;
      case "unmount":
        return await this.#end(request, signal);
      default:
        throw new BsmountError("invalid", "unknown request");
    }
  }

  /** In the reverse order of their making: the entry first, the lock last. */
  async #removeTraces(traces: readonly AsyncDisposable[]): Promise<void> {
    for (const trace of traces.toReversed()) {
      try {
        await trace[Symbol.asyncDispose]();
      } catch (error) {
        this.#options.logger.warn({ error: describeError(error) }, "a trace of the mount stays");
      }
    }
  }
}
