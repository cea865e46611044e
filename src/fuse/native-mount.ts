import type Fuse from "fuse-native";
import { BsmountError } from "../core/errors.ts";
import { neverAborted } from "../core/abort.ts";
import type { Mounted } from "./driver.ts";
import { releaseAfterEnd } from "./release-after-end.ts";
import type { MountEntry } from "../linux/mount-table.ts";
import { type MountWatch, watchMount } from "./mount-watch.ts";
import type { OpenMountTable } from "../linux/open-mount-table.ts";
import type { OperationContext } from "./operation-context.ts";
import { unmountWithTools } from "../linux/unmount.ts";

export interface NativeMountOptions {
  readonly fuse: Fuse;
  readonly mountPoint: string;
  readonly entry: MountEntry;
  /** The mount closes it when it ends. */
  readonly table: OpenMountTable;
  readonly descriptor: string | undefined;
  readonly context: OperationContext;
}

/** A live mount of the binding. Notices its own end, and no longer keeps the process alive then. */
export class NativeMount implements Mounted {
  readonly mountPoint: string;
  readonly detached: Promise<void>;
  readonly ended: Promise<void>;
  readonly #options: NativeMountOptions;
  readonly #watch: MountWatch;
  readonly #onDetached: () => void;
  readonly #onEnd: () => void;
  #isOver = false;
  #isAbandoned = false;

  constructor(options: NativeMountOptions) {
    this.#options = options;
    this.mountPoint = options.mountPoint;
    const detached = deferred();
    const ended = deferred();
    this.detached = detached.settled;
    this.ended = ended.settled;
    this.#onDetached = detached.settle;
    this.#onEnd = () => void this.#end().finally(ended.settle);
    this.#watch = watchMount(options, { onDetached: this.#onDetached, onEnd: this.#onEnd });
  }

  /** @inheritDoc */
  async unmount(options: { readonly lazy: boolean }, signal: AbortSignal): Promise<void> {
    const { entry, table } = this.#options;
    if (this.#isOver || !table.includes(entry)) return;
    await unmountWithTools(this.mountPoint, options, signal);
    this.#watch.check();
  }

  /** @inheritDoc */
  abandon(): void {
    if (this.#isOver) return;
    this.#isAbandoned = true;
    this.#watch[Symbol.dispose]();
    this.#onDetached();
    this.#onEnd();
  }

  async #end(): Promise<void> {
    const { context, entry, fuse } = this.#options;
    this.#isOver = true;
    using table = this.#options.table;
    context.runner.abortAll(new BsmountError("aborted", `${this.mountPoint} was unmounted`));
    // An aborted connection leaves a dead mount behind, on which every call fails with ENOTCONN.
    if (table.includes(entry)) {
      await unmountWithTools(this.mountPoint, { lazy: true }, neverAborted).catch(() => {});
    } else if (!this.#isAbandoned) {
      await releaseAfterEnd(context);
    }
    // Releases the handle with which the binding keeps the event loop alive.
    await new Promise<void>((resolve) => fuse.unmount(() => resolve()));
  }
}

function deferred(): { readonly settled: Promise<void>; readonly settle: () => void } {
  let settle: () => void = () => {};
  const settled = new Promise<void>((resolve) => {
    settle = resolve;
  });
  return { settled, settle };
}
