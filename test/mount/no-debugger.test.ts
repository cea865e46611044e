import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, readlink } from "node:fs/promises";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Product, startProduct } from "../helpers/product.ts";

const CLI = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const BIG = "bs:/projects/Phage lambda/appresults/Big/files";
/** Any free port, where Node would take 9229, which another process may have. */
const NODE_OPTIONS = "--inspect-port=0";
const PLENTY_MS = 60_000;

let product: Product;
const children: ChildProcess[] = [];

beforeEach(async () => {
  product = await startProduct({ mountArgs: null });
});

afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  }
  await product[Symbol.asyncDispose]();
});

/** A program that stays; ready when it has printed its first line. */
async function start(...args: readonly string[]): Promise<number> {
  const child = spawnNode(args);
  await once(createInterface({ input: child.stdout ?? process.stdin }), "line");
  return child.pid ?? 0;
}

function spawnNode(args: readonly string[]): ChildProcess {
  const env = { ...process.env, NODE_OPTIONS, ...product.environment };
  const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "ignore"] });
  children.push(child);
  return child;
}

const LISTENING = "0A";
const ESTABLISHED = "01";

/** The addresses that a process listens on. */
async function listening(pid: number): Promise<readonly string[]> {
  return await socketsOf(pid, LISTENING);
}

async function socketsOf(pid: number, wanted: string): Promise<readonly string[]> {
  const links = (await readdir(`/proc/${pid}/fd`)).map(
    async (fd) => await readlink(`/proc/${pid}/fd/${fd}`).catch(() => ""),
  );
  const own = new Set(await Promise.all(links));
  const lines = (await readFile(`/proc/${pid}/net/tcp`, "utf8")).split("\n").slice(1);
  return lines.flatMap((line) => {
    const [, local = "", , state, , , , , , inode] = line.trim().split(/\s+/);
    return state === wanted && own.has(`socket:[${inode}]`) ? [local] : [];
  });
}

/** Until plain Node, which was sent the signal later, has opened its debugger. */
async function whenOthersWouldListen(): Promise<void> {
  const pid = await start("-e", "console.log(1); setInterval(() => {}, 1000)");
  process.kill(pid, "SIGUSR1");
  await expect.poll(async () => await listening(pid), { timeout: PLENTY_MS }).toHaveLength(1);
}

const PROCESSES: readonly (readonly [string, () => Promise<number>])[] = [
  ["the emulator", async () => await start(CLI, "emulator")],
  [
    "a mount in the foreground",
    async () => await start(CLI, "mount", "--foreground", product.mountPoint),
  ],
  [
    "a mount in the background",
    async () => {
      const mounted = await product.bsmount(["mount", product.mountPoint], { NODE_OPTIONS });
      return Number(/process (\d+)/.exec(mounted.stdout)?.[1]);
    },
  ],
  [
    "a copy that takes long",
    async () => {
      await mkdir(product.dir.join("out"));
      await product.faults("GET /v1pre3/projects/* delay=50s");
      const { pid = 0 } = spawnNode([CLI, "cp", "-r", BIG, product.dir.join("out")]);
      const connected = async (): Promise<readonly string[]> => await socketsOf(pid, ESTABLISHED);
      await expect.poll(connected, { timeout: PLENTY_MS }).not.toHaveLength(0);
      return pid;
    },
  ],
];

describe("SIGUSR1, which makes Node open its debugger to every user of the machine, does nothing to", () => {
  it.each(PROCESSES)("%s", async (_what, started) => {
    const pid = await started();
    expect(pid).toBeGreaterThan(1);
    const before = await listening(pid);
    process.kill(pid, "SIGUSR1");
    await whenOthersWouldListen();
    expect(await listening(pid)).toEqual(before);
  });
});
