export interface RequestQueueOptions<Job> {
  /** Jobs that run at once. */
  readonly maxRequests: number;
  /** How many more may run when a reader waits and all of them are busy with read-ahead. */
  readonly urgentExtra: number;
  /** Starts a job; {@link RequestQueue.done} must follow when it ended. */
  readonly start: (job: Job) => void;
}

/** Lets a bounded number of requests run; those that a reader waits for go before those made ahead. */
export class RequestQueue<Job> {
  readonly #options: RequestQueueOptions<Job>;
  readonly #urgent = new Set<Job>();
  readonly #ahead = new Set<Job>();
  #running = 0;

  constructor(options: RequestQueueOptions<Job>) {
    this.#options = options;
  }

  get running(): number {
    return this.#running;
  }

  add(job: Job, urgent: boolean): void {
    (urgent ? this.#urgent : this.#ahead).add(job);
    this.#startNext();
  }

  /** A reader waits for `job` now. No effect when it runs already. */
  promote(job: Job): void {
    if (!this.#ahead.delete(job)) return;
    this.#urgent.add(job);
    this.#startNext();
  }

  /** Takes back a job that has not started; false when it has. */
  remove(job: Job): boolean {
    return this.#urgent.delete(job) || this.#ahead.delete(job);
  }

  done(): void {
    this.#running -= 1;
    this.#startNext();
  }

  #startNext(): void {
    for (let job = this.#next(); job !== undefined; job = this.#next()) {
      this.remove(job);
      this.#running += 1;
      this.#options.start(job);
    }
  }

  #next(): Job | undefined {
    const { maxRequests, urgentExtra } = this.#options;
    const [urgent] = this.#urgent;
    if (urgent !== undefined) return this.#running < maxRequests + urgentExtra ? urgent : undefined;
    const [ahead] = this.#ahead;
    return this.#running < maxRequests ? ahead : undefined;
  }
}
