import { constants } from "node:os";
import type { Clock } from "../core/clock.ts";
import { BsmountError } from "../core/errors.ts";
import { operations } from "../core/telemetry.ts";
import { errnoOf } from "../fs/errno.ts";
import type { MaybePromise } from "../fs/file-system.ts";
import { FailureLog } from "./failure-log.ts";

/*
 * Every operation that can fail or wait runs through here, because the binding forgives no mistake: without a reply the caller hangs and
 * cannot be killed, a second reply corrupts those of other calls, a thrown error is lost, ENOSYS disables the operation
 * for the life of the mount, and EINTR makes some programs repeat it for ever. So each call gets exactly one reply, 0
 * or a negative errno, within its deadline.
 *
 * A result that is available at once is replied in the same turn, without a promise or a timer. An AbortController
 * costs more than many operations, so one that was not needed is used again.
 */

/** An operation that the kernel asked for. */
export interface Call {
  readonly operation: string;
  readonly path: string;
  /** False for operations that may take any time, such as flush, fsync, write and rename. @default true */
  readonly deadline?: boolean;
}

/** Sends the reply to the kernel. */
export interface Reply<T> {
  /**
   * Sends `value` as its last step, and throws nothing after that; throwing before it makes the operation fail. Returns
   * the number of bytes that were read, for telemetry.
   */
  succeed(value: T): number;
  /** @param result - a negative errno */
  fail(result: number): void;
  /** Called with a value that came after the deadline, such as a handle that nobody will close. */
  discard?(value: T): void;
}

export interface OperationRunnerOptions {
  readonly clock: Clock;
  readonly deadlineMs: number;
}

/** Runs operations and sends their replies; owns the abort signals of those in progress. */
export class OperationRunner {
  readonly #deadlineMs: number;
  readonly #failures: FailureLog;
  readonly #inProgress = new Set<AbortController>();
  #spare: AbortController | undefined;
  #beforeFirstCall: (() => void) | undefined;

  constructor(options: OperationRunnerOptions) {
    this.#deadlineMs = options.deadlineMs;
    this.#failures = new FailureLog(options.clock);
  }

  run<T>(call: Call, work: (signal: AbortSignal) => MaybePromise<T>, reply: Reply<T>): void {
    this.#beforeFirstCall?.();
    this.#beforeFirstCall = undefined;
    const started = performance.now();
    const controller = this.#spare ?? new AbortController();
    this.#spare = undefined;
    const running = { call, started, controller, reply };
    let result: MaybePromise<T>;
    try {
      result = work(controller.signal);
    } catch (error) {
      this.#spare = controller;
      this.#fail(running, error);
      return;
    }
    if (result instanceof Promise) {
      this.#wait(running, result);
    } else {
      this.#spare = controller;
      this.#succeed(running, result);
    }
  }

  /** Runs `work` once, before the first call: by then the kernel has accepted the mount. */
  beforeFirstCall(work: () => void): void {
    this.#beforeFirstCall = work;
  }

  /** Aborts all operations in progress; each gets its reply when it ends. */
  abortAll(reason: unknown): void {
    for (const controller of this.#inProgress) controller.abort(reason);
  }

  #wait<T>(running: Running<T>, result: Promise<T>): void {
    const { call, controller, reply } = running;
    let isOpen = true;
    const close = (): void => {
      isOpen = false;
      clearTimeout(timer);
      this.#inProgress.delete(controller);
    };
    const expire = (): void => {
      close();
      const error = new BsmountError("timeout", `no result within ${this.#deadlineMs} ms`);
      this.#fail(running, error);
      controller.abort(error);
    };
    const timer = call.deadline === false ? undefined : setTimeout(expire, this.#deadlineMs);
    this.#inProgress.add(controller);
    result.then(
      (value) => {
        if (!isOpen) return reply.discard?.(value);
        close();
        return this.#succeed(running, value);
      },
      (error: unknown) => {
        if (!isOpen) return;
        close();
        this.#fail(running, error);
      },
    );
  }

  #succeed<T>(running: Running<T>, value: T): void {
    let bytes: number;
    try {
      bytes = running.reply.succeed(value);
    } catch (error) {
      this.#fail(running, error);
      return;
    }
    if (operations.active) this.#publish(running, 0, bytes);
  }

  #fail<T>(running: Running<T>, error: unknown): void {
    const errno = safeErrno(error);
    running.reply.fail(-errno);
    if (operations.active) this.#publish(running, errno, 0);
    const { operation, path } = running.call;
    this.#failures.report({ operation, path, errno, error });
  }

  #publish<T>({ call, started }: Running<T>, errno: number, bytes: number): void {
    const durationMs = performance.now() - started;
    operations.publish({ operation: call.operation, errno, durationMs, bytes });
  }
}

interface Running<T> {
  readonly call: Call;
  readonly started: number;
  readonly controller: AbortController;
  readonly reply: Reply<T>;
}

/** The positive errno for `error`, restricted to values that the binding and the kernel can handle. */
export function safeErrno(error: unknown): number {
  const { EIO, ENOSYS, ENOTSUP, EINTR } = constants.errno;
  const errno = errnoOf(error);
  if (errno === ENOSYS) return ENOTSUP;
  if (!Number.isInteger(errno) || errno <= 0 || errno >= 1000 || errno === EINTR) return EIO;
  return errno;
}
