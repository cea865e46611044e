import { BsmountError, describeError, reasonOf } from "../core/errors.ts";
import { TaskGroup } from "../core/task-group.ts";
import { systemClock } from "../core/clock.ts";
import type { BaseSpaceMount } from "./live-mount.ts";

/*
 * What signals mean to a mount. The first SIGINT or SIGTERM refuses new opens and unmounts as soon as
 * nobody uses the mount any more; the second detaches it, and who has something open goes on; the third ends it, and
 * what was open for writing stays in staging. Before the mount is live either of them gives up the start. SIGHUP forgets what is cached.
 */
const RETRY_MS = 300;
const THIRD = "a third signal ends it, and what is open for writing stays in staging, not uploaded";

export interface SignalService extends AsyncDisposable {
  /** Aborts when the user gives up before the mount is live. */
  readonly starting: AbortSignal;
  /** From now on signals are about this mount. */
  attach(mount: BaseSpaceMount): void;
}

/** Takes over SIGINT, SIGTERM and SIGHUP of this process until disposed. `tell` gets what users should read. */
export function serveSignals(tell: (text: string) => void): SignalService {
  return new ProcessSignals(tell);
}

class ProcessSignals implements SignalService {
  readonly #tell: (text: string) => void;
  readonly #tasks: TaskGroup;
  readonly #starting = new AbortController();
  #mount: BaseSpaceMount | undefined;
  #ends = 0;
  #isOver = false;

  constructor(tell: (text: string) => void) {
    this.#tell = tell;
    this.#tasks = new TaskGroup((error) => tell(describeError(error)));
    process.on("SIGINT", this.#onEnd).on("SIGTERM", this.#onEnd).on("SIGHUP", this.#onRefresh);
  }

  get starting(): AbortSignal {
    return this.#starting.signal;
  }

  attach(mount: BaseSpaceMount): void {
    this.#mount = mount;
    void mount.ended.then(() => (this.#isOver = true));
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
    // A mount that is over has nobody left to be served: its process only waits for uploads.
    if (this.#ends > 2 || (this.#ends > 1 && this.#isOver)) return mount.abandon();
    if (this.#ends > 1) return await this.#detach(mount, signal);
    let told = false;
    while (this.#ends === 1 && !signal.aborted) {
      const busy = await tryUnmount(mount, signal);
      if (busy === undefined) return;
      if (!told) this.#tell(`${describeError(busy)}; waiting, a second signal detaches the mount`);
      told = true;
      await systemClock.sleep(RETRY_MS, signal);
    }
  }

  async #detach(mount: BaseSpaceMount, signal: AbortSignal): Promise<void> {
    await mount.unmount({ lazy: true }, signal);
    const stays = systemClock.sleep(RETRY_MS, signal).then(() => true);
    if (!(await Promise.race([stays, mount.ended.then(() => false)]))) return;
    this.#tell(
      `${mount.mountPoint} is detached, and serves what is open until it is closed; ${THIRD}`,
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
    const passes = ["busy", "no-descriptors"].includes(reasonOf(error));
    if (error instanceof BsmountError && passes) return error;
    throw error;
  }
}
