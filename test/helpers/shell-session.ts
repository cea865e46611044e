import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface, type Interface } from "node:readline";

/** How long a shell may take; one that waits for a mount that hangs is killed. */
const PATIENCE_MS = 60_000;

/** A bash that runs one command after another and keeps its files open. Disposing ends it. */
export class ShellSession implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #lines: Interface;
  /** Standard error of the commands included. */
  #output: string[] = [];

  constructor() {
    this.#child = spawn("bash", ["--norc"], { stdio: ["pipe", "pipe", "inherit"] });
    this.#lines = createInterface({ input: this.#child.stdout ?? process.stdin });
    this.#lines.on("line", (line) => this.#output.push(line));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Runs `command` and returns its exit code and what it printed. */
  async run(command: string): Promise<{ readonly code: number; readonly output: string }> {
    this.#output = [];
    this.#child.stdin?.write(`{ ${command}\n} 2>&1; echo "code $?"\n`);
    const signal = AbortSignal.timeout(PATIENCE_MS);
    for (;;) {
      const at = this.#output.findIndex((line) => /^code \d+$/.test(line));
      if (at !== -1) {
        const code = Number(this.#output[at]?.slice(5));
        return { code, output: this.#output.slice(0, at).join("\n") };
      }
      await once(this.#lines, "line", { signal });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await ended;
  }
}
