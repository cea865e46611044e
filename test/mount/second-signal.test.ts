import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Product, startProduct } from "../helpers/product.ts";
import { runCommand } from "../helpers/run-command.ts";

const CLI = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

let product: Product;

beforeAll(async () => {
  product = await startProduct({ mountArgs: null });
});

afterAll(async () => {
  await product?.[Symbol.asyncDispose]();
});

interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<[number | null, string | null]>;
}

function start(args: readonly string[]): Running {
  const env = { ...process.env, ...product.environment };
  const child = spawn(process.execPath, [CLI, ...args], { env, stdio: "ignore" });
  const ended = once(child, "exit") as Promise<[number | null, string | null]>;
  return { child, ended };
}

/** The kernel function that a thread waits in: opening a pipe without a writer. */
async function waitsForPipe({ child }: Running): Promise<boolean> {
  const { stdout } = await runCommand("bash", ["-c", `cat /proc/${child.pid}/task/*/wchan`]);
  return /fifo_open|wait_for_partner/.test(stdout);
}

describe("the second Ctrl-C or SIGTERM", () => {
  it.each(["SIGINT", "SIGTERM"] as const)(
    "ends a command at once by %s, though it waits for a file that does not respond",
    async (signal) => {
      const pipe = product.dir.join(`catalog-${signal}`);
      await runCommand("mkfifo", [pipe]);
      const running = start(["emulator", "--catalog", pipe]);
      try {
        await expect.poll(async () => await waitsForPipe(running), { timeout: 30_000 }).toBe(true);
        running.child.kill(signal);
        // It cleans up after the first, for which it needs what does not come.
        await delay(1000);
        expect([running.child.exitCode, running.child.signalCode]).toEqual([null, null]);
        running.child.kill(signal);
        const ending = await Promise.race([running.ended, delay(20_000)]);
        // A shell calls this 130, and 143.
        expect(ending).toEqual([null, signal]);
      } finally {
        running.child.kill("SIGKILL");
      }
    },
  );

  it("detaches a mount in the foreground that is in use, which ends when it is unused", async () => {
    const { mountPoint } = product;
    const running = start(["mount", "--foreground", mountPoint]);
    const isMounted = async (): Promise<boolean> =>
      (await runCommand("findmnt", [mountPoint])).code === 0;
    await expect.poll(isMounted, { timeout: 30_000 }).toBe(true);
    const holder = spawn("bash", ["-c", 'cd "$0" && exec sleep 60', mountPoint]);
    try {
      const cwd = async (): Promise<string> =>
        (await runCommand("readlink", [`/proc/${holder.pid}/cwd`])).stdout.trim();
      await expect.poll(cwd, { timeout: 10_000 }).toBe(mountPoint);
      running.child.kill("SIGINT");
      await delay(1000);
      expect(await isMounted()).toBe(true);
      running.child.kill("SIGINT");
      await expect.poll(isMounted, { timeout: 10_000 }).toBe(false);
      expect(running.child.exitCode).toBeNull();
      holder.kill("SIGKILL");
      expect(await running.ended).toEqual([0, null]);
    } finally {
      holder.kill("SIGKILL");
      running.child.kill("SIGKILL");
    }
  });

  it("is no second one when a single key press comes twice, as by way of npm", async () => {
    await product.faults("GET /files/*/content drop-answer");
    try {
      const from = "bs:/projects/Phage lambda/appresults/Reference/files/lambda.fa";
      const running = start(["cp", "--timeout", "10m", from, product.dir.join("never")]);
      const asked = async (): Promise<string> =>
        (await runCommand("ls", ["-A", product.dir.path])).stdout;
      await expect.poll(asked, { timeout: 30_000 }).toContain(".bsmount-");
      running.child.kill("SIGINT");
      running.child.kill("SIGTERM");
      expect(await running.ended).toEqual([130, null]);
      expect(await asked()).not.toContain(".bsmount-");
    } finally {
      await product.faults();
    }
  });
});
