import { once } from "node:events";
import { lstatSync } from "node:fs";
import { createConnection, createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { neverAborted } from "../../src/core/abort.ts";
import { BsmountError } from "../../src/core/errors.ts";
import { askMount, SilentMountError } from "../../src/mount/control-client.ts";
import { type ControlRequest, MAX_LINE_BYTES } from "../../src/mount/control-protocol.ts";
import { type ControlHandler, ControlServer } from "../../src/mount/control-server.ts";
import { tempDir, type TempDir } from "../helpers/temp-dir.ts";

let folder: TempDir;
let path: string;
let server: ControlServer;
let seen: ControlRequest[];
/** What `metrics` waits for. */
let released: AbortController;

beforeEach(async () => {
  folder = await tempDir();
  path = folder.join("m.sock");
  seen = [];
  released = new AbortController();
  const handler: ControlHandler = async (request, signal) => {
    seen.push(request);
    if (request.method === "unmount") {
      throw new BsmountError("busy", "in use", { remedy: "wait" });
    }
    if (request.method === "refresh") await delay(100);
    if (request.method === "metrics") {
      await once(AbortSignal.any([released.signal, signal]), "abort");
    }
    return { method: request.method };
  };
  server = await ControlServer.listen(path, handler, () => ({ pending: 2, leftBytes: 5 }));
});

afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

/** What the server sends to raw bytes before it ends the connection or a second has passed. */
async function raw(text: string): Promise<string> {
  const socket = createConnection(path);
  let received = "";
  socket.on("data", (chunk) => (received += chunk.toString())).on("error", () => {});
  socket.write(text);
  await Promise.race([once(socket, "close").catch(() => {}), delay(300)]);
  socket.destroy();
  return received;
}

describe("the control socket", () => {
  it("is its owner's alone", () => {
    expect(lstatSync(path).mode & 0o777).toBe(0o600);
  });

  it("replies to a request with its result", async () => {
    expect(await askMount(path, { method: "status" }, { signal: neverAborted })).toEqual({
      method: "status",
    });
  });

  it("passes an error on with its reason and remedy", async () => {
    const request = { method: "unmount", lazy: false, wait: true } as const;
    await expect(askMount(path, request, { signal: neverAborted })).rejects.toMatchObject({
      reason: "busy",
      message: "in use",
      remedy: "wait",
    });
    expect(seen).toEqual([request]);
  });

  it("replies to invalid requests with an error, and keeps working", async () => {
    const received = await raw('nonsense\n[]\n{"method":"rm"}\n{"method":"status"}\n');
    const replies = received
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { ok?: boolean });
    const [greeting, ...rest] = replies;
    expect(greeting).toEqual({ progress: { pending: 2, leftBytes: 5 } });
    expect(rest.map(({ ok }) => ok)).toEqual([false, false, false, true]);
  });

  it("ends a connection whose line is too long", async () => {
    expect(await raw("x".repeat(MAX_LINE_BYTES * 4))).toMatch(/^.*\n$/);
    expect(seen).toEqual([]);
  });

  it("sends the pending reply before it closes, and is removed then", async () => {
    const reply = askMount(path, { method: "refresh" }, { signal: neverAborted });
    const idle = createConnection(path);
    await once(idle, "connect");
    await expect.poll(() => seen.length).toBe(1);
    await server[Symbol.asyncDispose]();
    expect(await reply).toMatchObject({ method: "refresh" });
    await expect(
      askMount(path, { method: "status" }, { signal: neverAborted }),
    ).rejects.toMatchObject({
      reason: "not-found",
    });
    server = await ControlServer.listen(path, async () => null);
  });

  it("is not waited for longer than the caller wants", async () => {
    const gaveUp = AbortSignal.timeout(20);
    await expect(askMount(path, { method: "refresh" }, { signal: gaveUp })).rejects.toThrow(
      "timeout",
    );
  });

  it("is waited for as long as it reports progress every second", async () => {
    const reported: unknown[] = [];
    const reply = askMount(
      path,
      { method: "metrics" },
      { signal: neverAborted, silenceMs: 4_000, onProgress: (progress) => reported.push(progress) },
    );
    await expect.poll(() => reported.length, { timeout: 30_000 }).toBeGreaterThan(4);
    released.abort();
    expect(await reply).toMatchObject({ method: "metrics" });
    expect(reported[0]).toEqual({ pending: 2, leftBytes: 5 });
  });

  it("aborts the work on a request when the client disconnects", async () => {
    const gone = new AbortController();
    const reply = askMount(path, { method: "metrics" }, { signal: gone.signal });
    await expect.poll(() => seen.length).toBe(1);
    gone.abort(new Error("enough"));
    await expect(reply).rejects.toThrow("enough");
    // Closing waits for the work, which waits for nothing else.
    await server[Symbol.asyncDispose]();
    server = await ControlServer.listen(path, async () => null);
  });
});

describe("a process that does not respond", () => {
  it("is given up after a while, and is not asked behind the caller's back", async () => {
    const silentPath = folder.join("silent.sock");
    let received = "";
    const silent = createServer((socket) => {
      socket.on("data", (chunk) => (received += chunk.toString())).on("error", () => {});
    });
    silent.listen(silentPath);
    await once(silent, "listening");
    const options = { signal: neverAborted, silenceMs: 200 };
    const asked = askMount(silentPath, { method: "status" }, options);
    await expect(asked).rejects.toBeInstanceOf(SilentMountError);
    await expect(asked).rejects.toMatchObject({ reason: "timeout" });
    silent.close();
    await once(silent, "close");
    expect(received).toBe("");
  });
});
