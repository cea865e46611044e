import { once } from "node:events";
import { lstatSync } from "node:fs";
import { createConnection } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { neverAborted } from "../../src/core/abort.ts";
import { BsmountError } from "../../src/core/errors.ts";
import { askMount } from "../../src/mount/control-client.ts";
import { type ControlRequest, MAX_LINE_BYTES } from "../../src/mount/control-protocol.ts";
import { ControlServer } from "../../src/mount/control-server.ts";
import { tempDir, type TempDir } from "../helpers/temp-dir.ts";

let folder: TempDir;
let path: string;
let server: ControlServer;
let seen: ControlRequest[];

beforeEach(async () => {
  folder = await tempDir();
  path = folder.join("m.sock");
  seen = [];
  server = await ControlServer.listen(path, async (request) => {
    seen.push(request);
    if (request.method === "unmount") {
      throw new BsmountError("busy", "in use", { remedy: "wait" });
    }
    if (request.method === "refresh") await delay(100);
    return { method: request.method };
  });
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

  it("answers a request with the result", async () => {
    expect(await askMount(path, { method: "status" }, neverAborted)).toEqual({ method: "status" });
  });

  it("passes an error on with its reason and remedy", async () => {
    const request = { method: "unmount", lazy: false, wait: true } as const;
    await expect(askMount(path, request, neverAborted)).rejects.toMatchObject({
      reason: "busy",
      message: "in use",
      remedy: "wait",
    });
    expect(seen).toEqual([request]);
  });

  it("answers what it does not understand, and goes on", async () => {
    const received = await raw('nonsense\n[]\n{"method":"rm"}\n{"method":"status"}\n');
    const answers = received
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { ok: boolean });
    expect(answers.map(({ ok }) => ok)).toEqual([false, false, false, true]);
  });

  it("ends a connection whose line is too long", async () => {
    expect(await raw("x".repeat(MAX_LINE_BYTES * 4))).toBe("");
    expect(seen).toEqual([]);
  });

  it("gives the answer that is under way before it closes, and is gone then", async () => {
    const answer = askMount(path, { method: "refresh", path: "/x" }, neverAborted);
    const idle = createConnection(path);
    await once(idle, "connect");
    await expect.poll(() => seen.length).toBe(1);
    await server[Symbol.asyncDispose]();
    expect(await answer).toEqual({ method: "refresh" });
    await expect(askMount(path, { method: "status" }, neverAborted)).rejects.toMatchObject({
      reason: "not-found",
    });
    server = await ControlServer.listen(path, async () => null);
  });

  it("is not waited for longer than the caller wants", async () => {
    const gaveUp = AbortSignal.timeout(20);
    await expect(askMount(path, { method: "refresh" }, gaveUp)).rejects.toThrow("timeout");
  });
});
