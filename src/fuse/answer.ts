import { constants } from "node:os";
import type { Clock } from "../core/clock.ts";
import { BsmountError } from "../core/errors.ts";
import { operations } from "../core/telemetry.ts";
import { errnoOf } from "../fs/errno.ts";
import type { Answer } from "../fs/file-system.ts";
import { FailureLog } from "./failure-log.ts";

/*
 * The one wrapper around every operation. The binding forgives nothing: no answer hangs the caller in an
 * unkillable state, a second one corrupts the answers of others, a thrown error is lost, ENOSYS switches
 * the operation off for the life of the mount and EINTR makes some programs repeat for ever. So each call
 * is answered exactly once, with 0 or a negative errno, within its deadline.
 *
 * What can be answered at once is answered in the same turn, without a promise or a timer. An
 * AbortController costs more than many an operation, so one that was not needed serves the next.
 */

/** An operation as the kernel asked for it. */
export interface Call {
  readonly operation: string;
  readonly path: string;
  /** False for what may take as long as it takes: flush, fsync, release, rename. */
  readonly deadline?: boolean;
}

/** What to do with a result. `give` runs once at most, right before the kernel gets the answer. */
export interface Outcome<T> {
  /**
   * Hands the value over, as its last step and without a throw after that; answers with how many bytes
   * were read, for the statistics. A throw before means that the value is refused.
   */
  give(value: T): number;
  /** `result` is a negative errno. */
  refuse(result: number): void;
  /** For a value that came after its deadline, such as a handle that nobody will close. */
  tooLate?(value: T): void;
}

export interface AnswererOptions {
  readonly clock: Clock;
  readonly deadlineMs: number;
}

/** Runs operations and answers them; owns the signals of those in progress. */
export class Answerer {
  readonly #deadlineMs: number;
  readonly #failures: FailureLog;
  readonly #inProgress = new Set<AbortController>();
  #spare: AbortController | undefined;
  /** Runs once, before the first call is worked on. */
  #beforeFirst: (() => void) | undefined;

  constructor(options: AnswererOptions) {
    this.#deadlineMs = options.deadlineMs;
    this.#failures = new FailureLog(options.clock);
  }

  answer<T>(call: Call, work: (signal: AbortSignal) => Answer<T>, outcome: Outcome<T>): void {
    this.#beforeFirst?.();
    this.#beforeFirst = undefined;
    const started = performance.now();
    const controller = this.#spare ?? new AbortController();
    this.#spare = undefined;
    const waiting = { call, started, controller, outcome };
    let answer: Answer<T>;
    try {
      answer = work(controller.signal);
    } catch (error) {
      this.#spare = controller;
      this.#refuse(waiting, error);
      return;
    }
    if (answer instanceof Promise) {
      this.#wait(waiting, answer);
    } else {
      this.#spare = controller;
      this.#give(waiting, answer);
    }
  }

  /** Runs `work` when the first call arrives, before it is answered: the kernel has taken the mount by then. */
  beforeFirst(work: () => void): void {
    this.#beforeFirst = work;
  }

  /** Aborts what is in progress; each is answered as it ends. */
  abortAll(reason: unknown): void {
    for (const controller of this.#inProgress) controller.abort(reason);
  }

  #wait<T>(waiting: Waiting<T>, answer: Promise<T>): void {
    const { call, controller, outcome } = waiting;
    let open = true;
    const close = (): void => {
      open = false;
      clearTimeout(timer);
      this.#inProgress.delete(controller);
    };
    const expire = (): void => {
      close();
      const error = new BsmountError("timeout", `no answer within ${this.#deadlineMs} ms`);
      this.#refuse(waiting, error);
      controller.abort(error);
    };
    const timer = call.deadline === false ? undefined : setTimeout(expire, this.#deadlineMs);
    this.#inProgress.add(controller);
    answer.then(
      (value) => {
        if (!open) return outcome.tooLate?.(value);
        close();
        return this.#give(waiting, value);
      },
      (error: unknown) => {
        if (!open) return;
        close();
        this.#refuse(waiting, error);
      },
    );
  }

  #give<T>(waiting: Waiting<T>, value: T): void {
    let bytes: number;
    try {
      bytes = waiting.outcome.give(value);
    } catch (error) {
      this.#refuse(waiting, error);
      return;
    }
    if (operations.active) this.#publish(waiting, 0, bytes);
  }

  #refuse<T>(waiting: Waiting<T>, error: unknown): void {
    const errno = safeErrno(error);
    waiting.outcome.refuse(-errno);
    if (operations.active) this.#publish(waiting, errno, 0);
    const { operation, path } = waiting.call;
    this.#failures.report({ operation, path, errno, error });
  }

  #publish<T>({ call, started }: Waiting<T>, errno: number, bytes: number): void {
    const durationMs = performance.now() - started;
    operations.publish({ operation: call.operation, errno, durationMs, bytes });
  }
}

interface Waiting<T> {
  readonly call: Call;
  readonly started: number;
  readonly controller: AbortController;
  readonly outcome: Outcome<T>;
}

/** A positive errno that the binding and the kernel can stand. */
export function safeErrno(error: unknown): number {
  const { EIO, ENOSYS, ENOTSUP, EINTR } = constants.errno;
  const errno = errnoOf(error);
  if (errno === ENOSYS) return ENOTSUP;
  if (!Number.isInteger(errno) || errno <= 0 || errno >= 1000 || errno === EINTR) return EIO;
  return errno;
}
