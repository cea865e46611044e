import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Product } from "./product.ts";

const CLI = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const PATIENCE_MS = 60_000;

/** `bsmount mount --foreground`: one process, to be killed and started again at little cost. */
export class KilledMount implements AsyncDisposable {
  readonly #product: Product;
  #child: ChildProcess | undefined;
  /** The end of what it said. */
  #said = "";

  constructor(product: Product) {
    this.#product = product;
  }

  get isRunning(): boolean {
    return this.#child?.exitCode === null && this.#child.signalCode === null;
  }

  /** Returns when it is mounted. @throws Error with what it said, when it ended before */
  async start(): Promise<void> {
    const { mountPoint, environment } = this.#product;
    const args = [CLI, "mount", "--foreground", mountPoint];
    const env = { ...process.env, ...environment };
    const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    this.#child = child;
    this.#said = "";
    child.stderr.on("data", (text: Buffer) => {
      this.#said = (this.#said + text.toString()).slice(-4000);
    });
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const first = await Promise.race([
      once(child.stdout, "data", { signal }),
      once(child, "close", { signal }),
    ]);
    if (!String(first[0]).startsWith("mounted on")) {
      throw new Error(`bsmount mount did not mount: ${this.#said}`);
    }
  }

  async kill(): Promise<void> {
    if (this.#child === undefined || !this.isRunning) {
      throw new Error(`the mount has ended by itself: ${this.#said}`);
    }
    const ended = once(this.#child, "close");
    this.#child.kill("SIGKILL");
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.isRunning) await this.kill();
  }
}
