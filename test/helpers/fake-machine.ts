import type { Processes, WriteAccess } from "../../src/linux/open-descriptors.ts";
import { ProcessBirths, type StartCounters } from "../../src/linux/process-births.ts";
import type { ProcessIdentity } from "../../src/linux/process-identity.ts";

export interface FakeMachineOptions {
  readonly pids: readonly number[];
  /** The number that was given out last. */
  readonly last: number;
  /** @default 32768 */
  readonly pidMax?: number;
  /** @default true */
  readonly isGenuine?: boolean;
}

/** A machine on which processes start, open one file, and end, and which counts how often one is looked at. */
export class FakeMachine implements Processes, StartCounters {
  readonly isGenuine: boolean;
  /** What /proc shows instead of the number that was given out last. */
  shownLast: number | undefined;
  /** The processes that have the file open. */
  readonly writers = new Map<number, WriteAccess>();
  readonly killed = new Set<number>();
  /** Every method throws it while it is set. */
  failure: Error | undefined;
  looks = 0;
  /** Called before a process is looked at. */
  beforeLook: (pid: number) => void = () => {};
  readonly #startOf = new Map<number, number>();
  readonly #pidMax: number;
  #last: number;
  #starts = 100_000;
  #nowMs = 0;

  constructor({ pids, last, pidMax = 32_768, isGenuine = true }: FakeMachineOptions) {
    this.isGenuine = isGenuine;
    for (const pid of pids) this.#startOf.set(pid, 0);
    this.#last = last;
    this.#pidMax = pidMax;
  }

  get births(): ProcessBirths {
    return new ProcessBirths(this);
  }

  /** Starts a process, as the kernel numbers it. */
  start(): number {
    do this.#last = this.#last + 1 < this.#pidMax ? this.#last + 1 : 300;
    while (this.#startOf.has(this.#last));
    this.#starts += 1;
    this.#startOf.set(this.#last, this.#starts);
    return this.#last;
  }

  end(pid: number): void {
    this.#startOf.delete(pid);
    this.writers.delete(pid);
  }

  /** Starts and ends `count` processes within `ms`. */
  churn(count: number, ms: number): void {
    for (let at = 0; at < count; at += 1) this.end(this.start());
    this.#nowMs += ms;
  }

  load(): { lastPid: number; threads: number } {
    this.#check();
    return { lastPid: this.shownLast ?? this.#last, threads: this.#startOf.size };
  }

  starts(): number {
    this.#check();
    return this.#starts;
  }

  pidMax(): number {
    return this.#pidMax;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  pids(): readonly number[] {
    this.#check();
    return [...this.#startOf.keys()];
  }

  otherPids(): readonly number[] {
    return this.pids();
  }

  exists(pid: number): boolean {
    return this.#startOf.has(pid);
  }

  writeAccess(pid: number): WriteAccess | undefined {
    this.#check();
    this.looks += 1;
    this.beforeLook(pid);
    return this.writers.get(pid);
  }

  processOfThread(pid: number): ProcessIdentity | undefined {
    const start = this.#startOf.get(pid);
    return start === undefined ? undefined : { pid, startTicks: String(start) };
  }

  isRunning({ pid, startTicks }: ProcessIdentity): boolean {
    return this.processOfThread(pid)?.startTicks === startTicks;
  }

  isBeingKilled({ pid }: ProcessIdentity): boolean {
    return this.killed.has(pid);
  }

  #check(): void {
    if (this.failure !== undefined) throw this.failure;
  }
}
