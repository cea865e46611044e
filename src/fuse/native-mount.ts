import type Fuse from "fuse-native";
import { BsmountError } from "../core/errors.ts";
import { neverAborted } from "../core/abort.ts";
import type { Mounted } from "./driver.ts";
import { releaseClosed } from "./late-releases.ts";
import type { MountEntry } from "../linux/mount-table.ts";
import { type MountWatch, watchMount } from "./mount-watch.ts";
import type { OpenMountTable } from "../linux/open-mount-table.ts";
import type { OperationContext } from "./operation-context.ts";
import { unmountWithTools } from "../linux/unmount.ts";

export interface NativeMountOptions {
  readonly fuse: Fuse;
  readonly mountPoint: string;
  readonly entry: MountEntry;
  /** The mount closes it at its end. */
  readonly table: OpenMountTable;
  readonly descriptor: string | undefined;
  readonly context: OperationContext;
}

/** A live mount of the binding; notices its own end and lets go of the process then. */
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
    const detached = settler();
    const ended = settler();
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
    this.#watch.look();
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
    context.answerer.abortAll(new BsmountError("aborted", `${this.mountPoint} was unmounted`));
    // An aborted connection leaves a dead entry behind, which would answer ENOTCONN to everybody.
    if (table.includes(entry)) {
      await unmountWithTools(this.mountPoint, { lazy: true }, neverAborted).catch(() => {});
    } else if (!this.#isAbandoned) {
      await releaseClosed(context);
    }
    // Releases the handle by which the binding keeps the event loop alive.
    await new Promise<void>((resolve) => fuse.unmount(() => resolve()));
  }
}

function settler(): { readonly settled: Promise<void>; readonly settle: () => void } {
  let settle: () => void = () => {};
  const settled = new Promise<void>((resolve) => {
    settle = resolve;
  });
  return { settled, settle };
}
