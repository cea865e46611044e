import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";

export interface ProcessOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** Runs a program to its end; resolves to what it printed, rejects with its messages when it fails. */
export async function run(
  program: string,
  args: readonly string[],
  { env = {}, signal }: ProcessOptions,
): Promise<string> {
  signal.throwIfAborted();
  const child = spawn(program, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  const output = collect(child);
  const onAbort = (): void => void child.kill("SIGKILL");
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    const [code] = (await once(child, "close")) as [number | null];
    signal.throwIfAborted();
    if (code !== 0) throw new Error(`${program} failed (${code}): ${output.messages.trim()}`);
    return output.answer;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/** A program that serves until it is disposed of: asked to end first, then made to. */
export class Server implements AsyncDisposable {
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #output: Output;
  readonly #closed: Promise<unknown>;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.pid = child.pid ?? 0;
    this.#output = collect(child);
    this.#closed = once(child, "close");
  }

  static async start(
    program: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<Server> {
    const child = spawn(program, args, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...env },
    });
    await once(child, "spawn");
    return new Server(child);
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Everything on its standard output so far. */
  get answer(): string {
    return this.#output.answer;
  }

  /** Polls until `isReady`; rejects with the program's messages when it ends before that. */
  async waitUntil(isReady: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
    const deadline = Date.now() + 60_000;
    while (!(await isReady())) {
      signal.throwIfAborted();
      const said = `${this.#output.answer}${this.#output.messages}`.trim();
      if (this.hasEnded) throw new Error(`${this.#child.spawnfile} ended: ${said}`);
      if (Date.now() > deadline) throw new Error(`${this.#child.spawnfile} is not ready: ${said}`);
      await delay(20);
    }
  }

  /** Waits for an end that has been asked for in another way, at most `ms`. */
  async endsWithin(ms: number): Promise<boolean> {
    await Promise.race([this.#closed, delay(ms)]);
    return this.hasEnded;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const signal of ["SIGTERM", "SIGKILL"] as const) {
      if (this.hasEnded) break;
      this.#child.kill(signal);
      await this.endsWithin(5000);
    }
  }
}

interface Output {
  readonly answer: string;
  readonly messages: string;
}

function collect(child: ChildProcess): Output {
  const output = { answer: "", messages: "" };
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    output.answer += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    output.messages += text;
  });
  return output;
}
