import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { lockHolder, takeLock } from "../../src/core/process-lock.ts";

const MODULE = fileURLToPath(new URL("../../src/core/process-lock.ts", import.meta.url));

it("is held by one at a time, and says by whom", async () => {
  const key = `test ${process.pid}`;
  const lock = await takeLock(key);
  expect(lock).toBeDefined();
  expect(await takeLock(key)).toBeUndefined();
  expect(await lockHolder(key)).toBe(process.pid);
  await lock?.[Symbol.asyncDispose]();
  expect(await lockHolder(key)).toBeUndefined();
  const again = await takeLock(key);
  expect(again).toBeDefined();
  await again?.[Symbol.asyncDispose]();
});

it("of another process is given back when that is killed", async () => {
  const key = `other ${process.pid}`;
  const program = `
    const { takeLock } = await import(${JSON.stringify(MODULE)});
    const lock = await takeLock(${JSON.stringify(key)});
    console.log(lock === undefined ? "none" : "held");
    setInterval(() => {}, 1000);
  `;
  const args = ["--import", "tsx", "--input-type=module", "-e", program];
  const other = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const [said] = (await once(other.stdout, "data")) as [Buffer];
    expect(said.toString().trim()).toBe("held");
    expect(await takeLock(key)).toBeUndefined();
    expect(await lockHolder(key)).toBe(other.pid);
    other.kill("SIGSTOP");
    expect(await takeLock(key)).toBeUndefined();
    expect(await lockHolder(key)).toBeUndefined();
  } finally {
    const exited = once(other, "exit");
    other.kill("SIGKILL");
    await exited;
  }
  const lock = await takeLock(key);
  expect(lock).toBeDefined();
  await lock?.[Symbol.asyncDispose]();
});

it.each([
  ["without an end", (socket: Socket) => void socket.write("1".repeat(1 << 20))],
  [
    "digit by digit",
    (socket: Socket) => {
      const timer = setInterval(() => socket.write("1"), 300);
      socket.on("close", () => clearInterval(timer));
    },
  ],
])("that somebody else holds, who answers %s, is held by nobody known", async (_how, answer) => {
  const key = `hostile ${process.pid}`;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    answer(socket);
  });
  const digest = createHash("sha256").update(key).digest("hex");
  server.listen(`\0bsmount-${digest}`);
  await once(server, "listening");
  try {
    expect(await takeLock(key)).toBeUndefined();
    expect(await lockHolder(key)).toBeUndefined();
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, "close");
  }
});
