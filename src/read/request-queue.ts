export interface RequestQueueOptions<Job> {
  /** The most jobs that run at once. */
  readonly maxRequests: number;
  /** How many more may run if a reader waits and all others are read-ahead. */
  readonly urgentExtra: number;
  /** Starts a job; call {@link RequestQueue.done} when it has ended. */
  readonly start: (job: Job) => void;
}

/** Runs a bounded number of requests; requests that a reader waits for take precedence over read-ahead. */
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

  /** Moves `job` to the urgent ones, because a reader waits for it now. No effect if it has started. */
  promote(job: Job): void {
    if (!this.#ahead.delete(job)) return;
    this.#urgent.add(job);
    this.#startNext();
  }

  /** Removes a job that has not started; returns false if it has. */
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
