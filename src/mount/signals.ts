import { BsmountError, describeError, reasonOf } from "../core/errors.ts";
import { TaskGroup } from "../core/task-group.ts";
import { systemClock } from "../core/clock.ts";
import type { BaseSpaceMount } from "./live-mount.ts";

/*
 * What signals do to a mount. The first SIGINT or SIGTERM refuses new opens, and unmounts as soon as the mount is
 * unused. The second detaches it, and open files keep working. The third ends it, and files that were open for writing
 * stay in staging. Before the mount is live, any of them cancels the start. SIGHUP forgets all cached listings.
 */
const RETRY_MS = 300;
const THIRD = "a third signal ends it, and files open for writing stay in staging, not uploaded";

export interface SignalService extends AsyncDisposable {
  /** Aborts at a signal before the mount is live. */
  readonly starting: AbortSignal;
  /** Directs signals to this mount from now on. */
  attach(mount: BaseSpaceMount): void;
}

/** Takes over SIGINT, SIGTERM and SIGHUP of this process until disposed. Calls `notify` with texts for the user. */
export function serveSignals(notify: (text: string) => void): SignalService {
  return new ProcessSignals(notify);
}

class ProcessSignals implements SignalService {
  readonly #notify: (text: string) => void;
  readonly #tasks: TaskGroup;
  readonly #starting = new AbortController();
  #mount: BaseSpaceMount | undefined;
  #ends = 0;
  #hasEnded = false;

  constructor(notify: (text: string) => void) {
    this.#notify = notify;
    this.#tasks = new TaskGroup((error) => notify(describeError(error)));
    process.on("SIGINT", this.#onEnd).on("SIGTERM", this.#onEnd).on("SIGHUP", this.#onRefresh);
  }

  get starting(): AbortSignal {
    return this.#starting.signal;
  }

  attach(mount: BaseSpaceMount): void {
    this.#mount = mount;
    void mount.ended.then(() => (this.#hasEnded = true));
    if (this.#ends > 0) this.#tasks.start(async (signal) => await this.#end(mount, signal));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    process.off("SIGINT", this.#onEnd).off("SIGTERM", this.#onEnd).off("SIGHUP", this.#onRefresh);
    await this.#tasks[Symbol.asyncDispose]();
  }

  readonly #onEnd = (): void => {
    this.#ends += 1;
    const mount = this.#mount;
    if (mount === undefined) {
      this.#starting.abort(new BsmountError("aborted", "interrupted before the mount was live"));
    } else if (this.#ends <= 3) {
      this.#tasks.start(async (signal) => await this.#end(mount, signal));
    }
  };

  readonly #onRefresh = (): void => {
    const mount = this.#mount;
    if (mount === undefined) return;
    this.#tasks.start(async () => await mount.refresh());
  };

  async #end(mount: BaseSpaceMount, signal: AbortSignal): Promise<void> {
    mount.refuseOpens();
    // A mount that has ended serves no requests any more, and its process only waits for uploads.
    if (this.#ends > 2 || (this.#ends > 1 && this.#hasEnded)) return mount.abandon();
    if (this.#ends > 1) return await this.#detach(mount, signal);
    let isNotified = false;
    while (this.#ends === 1 && !signal.aborted) {
      const busy = await tryUnmount(mount, signal);
      if (busy === undefined) return;
      if (!isNotified)
        this.#notify(`${describeError(busy)}; waiting, a second signal detaches the mount`);
      isNotified = true;
      await systemClock.sleep(RETRY_MS, signal);
    }
  }

  async #detach(mount: BaseSpaceMount, signal: AbortSignal): Promise<void> {
    await mount.unmount({ lazy: true }, signal);
    const lives = systemClock.sleep(RETRY_MS, signal).then(() => true);
    if (!(await Promise.race([lives, mount.ended.then(() => false)]))) return;
    this.#notify(
      `${mount.mountPoint} is detached, and serves open files until they are closed; ${THIRD}`,
    );
  }
}

async function tryUnmount(
  mount: BaseSpaceMount,
  signal: AbortSignal,
): Promise<BsmountError | undefined> {
  try {
    await mount.unmount({ lazy: false }, signal);
    return undefined;
  } catch (error) {
    const isTemporary = ["busy", "no-descriptors"].includes(reasonOf(error));
    if (error instanceof BsmountError && isTemporary) return error;
    throw error;
  }
}
