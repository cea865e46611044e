import { once } from "node:events";
import { Agent, get, type IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { parseFaultRule, ruleMatches } from "../../src/emulator/faults/rule.ts";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";

const CONTENT = "x".repeat(1000);

async function start(...faults: string[]): Promise<TestEmulator> {
  return await startTestEmulator(
    {
      projects: [
        { name: "p", samples: [{ name: "s", files: [{ id: "1", path: "f", content: CONTENT }] }] },
      ],
    },
    { faults },
  );
}

/** Sends a request through `agent` and returns the connection that it used. */
async function getOver(agent: Agent, { apiServer, accessToken }: TestEmulator): Promise<Socket> {
  const headers = { authorization: `Bearer ${accessToken}` };
  const request = get(`${apiServer}/v1pre3/users/current`, { agent, headers });
  const [response] = (await once(request, "response")) as [IncomingMessage];
  expect(response.statusCode).toBe(200);
  const { socket } = response;
  await once(response.resume(), "end");
  return socket;
}

/** Returns the body, or the reason why there is none. */
async function outcome(pending: Promise<Response>): Promise<string> {
  try {
    const response = await pending;
    return await response.text();
  } catch {
    return "broken";
  }
}

describe("fault rules", () => {
  it.each([
    ["", "it has no path"],
    ["GET", "it has no path"],
    ["GET /x", "it has no action"],
    ["GET /x explode", '"explode" is not an action'],
    ["GET /x status=99", '"status=99" is not an action'],
    ["GET /x delay=soon", "duration"],
    ["GET /x slow=0", "slow=0 sends nothing"],
    ["GET /x slow=0.5B/s", "sends nothing"],
    ["GET /x n=0 status=503", "with n=0 it never acts"],
    ["GET /x n=-1 status=503", '"n=-1" is not an action'],
    ["GET /x,status=503", "it has no action"],
  ])("are refused: %j", (text, reason) => {
    expect(() => parseFaultRule(text)).toThrow(reason);
  });

  it("have several actions separated by spaces or commas, and retry-after alone means 429", () => {
    const { actions, times } = parseFaultRule("get */content n=2 status=503, delay=1s,slow=1MB/s");
    expect(times).toBe(2);
    expect(actions).toEqual({ status: 503, delayMs: 1000, slowBytesPerSecond: 1_000_000 });
    expect(parseFaultRule("* * retry-after=2").actions).toEqual({ status: 429, retryAfter: "2" });
  });

  it("match whole paths, with or without the version, by method", () => {
    const rule = parseFaultRule("GET /files/*/content status=503");
    expect(ruleMatches(rule, "GET", "/v1pre3/files/1/content")).toBe(true);
    expect(ruleMatches(rule, "POST", "/v1pre3/files/1/content")).toBe(false);
    expect(ruleMatches(rule, "GET", "/v1pre3/files/1/content/x")).toBe(false);
    expect(ruleMatches(parseFaultRule("* /v1pre3/* truncate"), "PUT", "/v1pre3/files/1")).toBe(
      true,
    );
    expect(ruleMatches(parseFaultRule("* /a.c truncate"), "GET", "/abc")).toBe(false);
  });

  it("can have commas in their pattern", () => {
    const rule = parseFaultRule("GET /files/1,2/* n=1,status=503,retry-after=1");
    expect(rule).toMatchObject({ times: 1, actions: { status: 503, retryAfter: "1" } });
    expect(ruleMatches(rule, "GET", "/files/1,2/content")).toBe(true);
    expect(ruleMatches(rule, "GET", "/files/1/content")).toBe(false);
  });
});

describe("faults", () => {
  it("return a status with the service's error body, the first n times", async () => {
    await using emulator = await start("GET /users/current n=2 status=429 retry-after=3");
    for (let time = 0; time < 2; time += 1) {
      const response = await emulator.get("users/current");
      expect([response.status, response.headers.get("retry-after")]).toEqual([429, "3"]);
      expect(await response.json()).toHaveProperty("ResponseStatus.Message");
    }
    expect((await emulator.get("users/current")).status).toBe(200);
  });

  it("act at the object store too, under /objects", async () => {
    await using emulator = await start("GET /objects/* n=1 status=503");
    const response = await emulator.get("files/1/content", { headers: {} }).catch(() => undefined);
    expect(response?.status).toBe(503);
    expect(await response?.text()).toContain("<Error>");
    expect(await (await emulator.get("files/1/content")).text()).toBe(CONTENT);
  });

  it("reset the connection before the request is handled", async () => {
    await using emulator = await start("POST /projects n=1 reset-before");
    const post = { method: "POST", body: '{"name":"p2"}' };
    expect(await outcome(emulator.get("projects", post))).toBe("broken");
    expect((await emulator.get("projects", post)).status).toBe(201);
  });

  it("reset the connection after the request is handled", async () => {
    await using emulator = await start("POST /projects n=1 reset-after");
    const post = { method: "POST", body: '{"name":"p2"}' };
    expect(await outcome(emulator.get("projects", post))).toBe("broken");
    expect((await emulator.get("projects", post)).status).toBe(200);
  });

  it("reset the connection, and handle the request later", async () => {
    await using emulator = await start("POST /projects n=1 late=400ms");
    const post = { method: "POST", body: '{"name":"p2"}' };
    const names = async (): Promise<string> =>
      await (await emulator.get("users/current/projects")).text();
    const begun = performance.now();
    expect(await outcome(emulator.get("projects", post))).toBe("broken");
    const before = await names();
    if (performance.now() - begun < 390) expect(before).not.toContain('"p2"');
    await expect.poll(names, { timeout: 10_000 }).toContain('"p2"');
    expect(performance.now() - begun).toBeGreaterThan(390);
  });

  it("handle the request, and send no response", async () => {
    await using emulator = await start("POST /projects n=1 drop-answer");
    const post = { method: "POST", body: '{"name":"p2"}' };
    const pending = emulator.get("projects", { ...post, signal: AbortSignal.timeout(200) });
    await expect(pending).rejects.toThrow(/timeout/);
    expect((await emulator.get("projects", post)).status).toBe(200);
  });

  it("delay the handling", async () => {
    await using emulator = await start("GET /users/current delay=150ms");
    const begun = performance.now();
    expect((await emulator.get("users/current")).status).toBe(200);
    expect(performance.now() - begun).toBeGreaterThan(140);
  });

  it("leave no listeners on a connection with many requests", async () => {
    await using emulator = await start("GET /users/current delay=1ms");
    const warnings: string[] = [];
    const onWarning = (warning: Error): void => void warnings.push(warning.name);
    process.on("warning", onWarning);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const sockets = new Set<unknown>();
    try {
      for (let time = 0; time < 30; time += 1) sockets.add(await getOver(agent, emulator));
    } finally {
      process.off("warning", onWarning);
      agent.destroy();
    }
    expect(sockets.size).toBe(1);
    expect(warnings).toEqual([]);
  });

  it("send slowly", async () => {
    await using emulator = await start("GET /objects/* slow=4kB/s");
    const begun = performance.now();
    expect(await (await emulator.get("files/1/content")).text()).toBe(CONTENT);
    expect(performance.now() - begun).toBeGreaterThan(230);
  });

  it.each(["/objects/*", "/users/current"])(
    "truncate a response of %s in the middle",
    async (path) => {
      await using emulator = await start(`GET ${path} n=1 truncate`);
      const apiPath = path.startsWith("/objects") ? "files/1/content" : "users/current";
      expect(await outcome(emulator.get(apiPath))).toBe("broken");
      expect((await emulator.get(apiPath)).status).toBe(200);
    },
  );

  it("corrupt exactly one byte", async () => {
    await using emulator = await start("GET /objects/* n=1 corrupt");
    const text = await (await emulator.get("files/1/content")).text();
    expect(text).toHaveLength(CONTENT.length);
    expect(text.replaceAll("x", "")).toHaveLength(1);
  });

  it("can be posted, listed and cleared", async () => {
    await using emulator = await start();
    const path = `${emulator.apiServer}/__faults`;
    const rules = JSON.stringify(["GET /users/current status=500", "* * n=3 delay=1ms"]);
    const headers = { "content-type": "application/json; charset=utf-8" };
    expect((await fetch(path, { method: "POST", headers, body: rules })).status).toBe(200);
    expect(await (await fetch(path)).json()).toEqual([
      { rule: "GET /users/current status=500" },
      { rule: "* * n=3 delay=1ms", left: 3 },
    ]);
    expect((await emulator.get("users/current")).status).toBe(500);
    const wrong = await fetch(path, { method: "POST", headers, body: '["GET"]' });
    expect(wrong.status).toBe(400);
    expect(await (await fetch(path, { method: "DELETE" })).json()).toEqual([]);
    expect((await emulator.get("users/current")).status).toBe(200);
  });
});
