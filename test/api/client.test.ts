import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { BaseSpace, type BaseSpaceOptions } from "../../src/api/client.ts";
import { type RequestMessage, requests } from "../../src/core/telemetry.ts";
import type { ProjectId } from "../../src/core/ids.ts";
import { envelope, recording, scriptedApi, type ScriptedApi } from "../helpers/scripted-api.ts";

const QUICK = { attempts: 3, firstDelayMs: 2, maxDelayMs: 40, totalMs: 5000 };
const PROJECT = {
  Id: "7",
  Href: "v1pre3/projects/7",
  Name: "Demo",
  DateCreated: "2020-01-01T00:00:00Z",
};
const id = "7" as ProjectId;

let api: ScriptedApi;
let client: BaseSpace;

function connect(options: Partial<BaseSpaceOptions> = {}): BaseSpace {
  return new BaseSpace({
    apiServer: api.origin,
    accessToken: "feedface",
    fetcher: "main",
    retry: QUICK,
    environment: {},
    ...options,
  });
}

beforeEach(async () => {
  api = await scriptedApi(() => envelope(PROJECT));
  client = connect();
});

afterEach(async () => {
  await client.close();
  await api[Symbol.asyncDispose]();
});

describe("a request", () => {
  test("carries the token, the version's path and a user agent", async () => {
    expect(await client.projects.get(id)).toMatchObject({ id: "7", name: "Demo" });
    const [request] = api.received;
    expect(request?.url).toBe("/v1pre3/projects/7");
    expect(request?.headers.authorization).toBe("Bearer feedface");
    expect(request?.headers["user-agent"]).toMatch(/^bsmount\/\d+\.\d+\.\d+$/);
  });

  test("asks for the token each time", async () => {
    const tokens = ["one", "two"];
    await using changing = connect({ accessToken: () => tokens.shift() ?? "" });
    await changing.projects.get(id);
    await changing.projects.get(id);
    expect(api.received.map(({ headers }) => headers.authorization)).toEqual([
      "Bearer one",
      "Bearer two",
    ]);
    await expect(changing.projects.get(id)).rejects.toMatchObject({ reason: "not-signed-in" });
  });

  test.each(["two words", "line\nend", "ключ"])(
    "never sends a token like %j",
    async (accessToken) => {
      await using wrong = connect({ accessToken });
      const failure = wrong.projects.get(id);
      await expect(failure).rejects.toMatchObject({
        reason: "usage",
        message: expect.not.stringContaining(accessToken),
      });
      expect(api.received).toHaveLength(0);
    },
  );

  test("encodes an Id in the path", async () => {
    await client.projects.get("../users/current?x");
    expect(api.received[0]?.url).toBe("/v1pre3/projects/..%2Fusers%2Fcurrent%3Fx");
  });

  test("publishes each attempt, without the query", async () => {
    const messages: RequestMessage[] = [];
    const unsubscribe = requests.subscribe((message) => messages.push(message));
    const responses = [{ status: 503, body: {} }, await pageOfProjects()];
    api.script = () => responses.shift();
    await client.users.projects({ name: "secret plans" }).page();
    unsubscribe();
    expect(messages).toMatchObject([
      {
        target: "api",
        method: "GET",
        path: "/v1pre3/users/current/projects",
        status: 503,
        attempt: 1,
      },
      { status: 200, attempt: 2 },
    ]);
    expect(messages[1]?.bytesIn).toBeGreaterThan(100);
    expect(JSON.stringify(messages)).not.toContain("secret");
  });
});

describe("a list", () => {
  test("asks for whole pages, oldest Id first, and passes filters on", async () => {
    const page = await pageOfProjects();
    api.script = () => page;
    const { items } = await client.users.projects({ name: "a b" }).page();
    expect(items).toHaveLength(3);
    const url = new URL(api.received[0]?.url ?? "", api.origin);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      SortBy: "Id",
      SortDir: "Asc",
      Name: "a b",
      Offset: "0",
      Limit: "1024",
    });
  });

  test("does not read the first page for ever from a service that ignores the offset", async () => {
    const page = await pageOfProjects();
    api.script = () => page;
    await expect(client.users.projects().page({ offset: 3 })).rejects.toMatchObject({
      name: "DecodeError",
      message: expect.stringContaining("Offset"),
    });
  });

  test("names the item and the field that make no sense, and the endpoint", async () => {
    const items = [PROJECT, { ...PROJECT, Name: 5 }];
    api.script = () => envelope({ Items: items, Offset: 0, Limit: 10, TotalCount: 2 });
    await expect(client.users.projects().all()).rejects.toMatchObject({
      name: "DecodeError",
      reason: "unavailable",
      path: "/v1pre3/users/current/projects",
      message: expect.stringContaining("Items[1].Name"),
    });
  });
});

describe("a refusal", () => {
  test("as recorded is an error with code, status and reason", async () => {
    const { status, headers, body } = await recording("v1-error-403");
    const requestId = headers["X-Request-ID"]?.[0] ?? "2024.05.12.x";
    api.script = () => ({ status: status.code, headers: { "x-request-id": requestId }, body });
    await expect(client.projects.get(id)).rejects.toMatchObject({
      name: "ApiError",
      reason: "access-denied",
      status: 403,
      errorCode: "BASESPACE.COMMON.INSUFFICIENT_RESOURCE_PERMISSIONS",
      requestId,
    });
    expect(api.received).toHaveLength(1);
  });

  test("without a code, as recorded, is not found", async () => {
    const { status, body } = await recording("v2-error-404");
    api.script = () => ({ status: status.code, body });
    await expect(client.projects.get(id)).rejects.toMatchObject({ reason: "not-found" });
  });

  test("in the body of a 200 is an error too", async () => {
    api.script = () => ({ body: { ResponseStatus: { ErrorCode: "Forbidden", Message: "no" } } });
    await expect(client.projects.get(id)).rejects.toMatchObject({ reason: "access-denied" });
  });

  test("by redirect is not followed, so the token goes nowhere else", async () => {
    await using elsewhere = await scriptedApi(() => envelope(PROJECT));
    api.script = () => ({
      status: 302,
      headers: { location: `${elsewhere.origin}/x?y` },
      body: "",
    });
    await expect(client.projects.get(id)).rejects.toMatchObject({
      reason: "unavailable",
      message: expect.stringContaining(elsewhere.origin),
    });
    expect(elsewhere.received).toHaveLength(0);
  });

  test("that is no JSON says so", async () => {
    api.script = () => ({ body: "<html>Sign in to the hotel's network</html>" });
    await expect(client.projects.get(id)).rejects.toMatchObject({
      reason: "unavailable",
      message: expect.stringContaining("not JSON"),
      remedy: expect.stringContaining("API server"),
    });
  });
});

describe("repeating", () => {
  test.each([408, 429, 500, 502, 503, 504])("helps after %i", async (status) => {
    const responses = [{ status, body: "" }, { status, body: "" }, envelope(PROJECT)];
    api.script = () => responses.shift();
    expect(await client.projects.get(id)).toMatchObject({ id: "7" });
    expect(api.received).toHaveLength(3);
  });

  test.each([400, 401, 403, 404, 410])("is of no use after %i", async (status) => {
    api.script = () => ({ status, body: {} });
    await expect(client.projects.get(id)).rejects.toMatchObject({ status });
    expect(api.received).toHaveLength(1);
  });

  test("ends after the last attempt, with the last error", async () => {
    api.script = () => ({ status: 503, body: {} });
    await expect(client.projects.get(id)).rejects.toMatchObject({ status: 503 });
    expect(api.received).toHaveLength(3);
  });

  test("helps after a connection that broke", async () => {
    const breaks = [true, true, false];
    api.script = () => {
      if (breaks.shift() !== true) return envelope(PROJECT);
      return (response) => void response.socket?.destroy();
    };
    expect(await client.projects.get(id)).toMatchObject({ id: "7" });
  });

  test("waits as long as Retry-After asks, within bounds", async () => {
    const responses = [
      { status: 429, headers: { "retry-after": "3600" }, body: {} },
      envelope(PROJECT),
    ];
    api.script = () => responses.shift();
    await using hurried = connect({ retry: { ...QUICK, totalMs: 300 } });
    const startedAt = Date.now();
    await hurried.projects.get(id);
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(290);
  });
});

describe("time", () => {
  test("is limited for each attempt", async () => {
    api.script = () => undefined;
    await using hasty = connect({ timeoutMs: 60, retry: { ...QUICK, attempts: 2 } });
    await expect(hasty.projects.get(id)).rejects.toMatchObject({ reason: "timeout", status: 0 });
    expect(api.received).toHaveLength(2);
  });

  test("can be set for a call", async () => {
    api.script = () => undefined;
    await using patient = connect({ retry: { ...QUICK, attempts: 1 } });
    await expect(patient.projects.get(id, { timeoutMs: 60 })).rejects.toMatchObject({
      reason: "timeout",
    });
  });

  test("ends when the body stops coming", async () => {
    api.script = () => (response) => void response.writeHead(200).write('{"Response":');
    await using hasty = connect({ timeoutMs: 60, retry: { ...QUICK, attempts: 1 } });
    await expect(hasty.projects.get(id)).rejects.toMatchObject({ reason: "timeout" });
  });

  test("is the caller's: abortion ends a request with his reason", async () => {
    api.script = () => undefined;
    const controller = new AbortController();
    const getting = client.projects.get(id, { signal: controller.signal });
    getting.catch(() => {});
    await expect.poll(() => api.received.length).toBe(1);
    const [request] = api.received;
    controller.abort(new Error("enough"));
    await expect(getting).rejects.toThrow("enough");
    if (request?.socket.destroyed === false) await once(request.socket, "close");
  });

  test("is the caller's: abortion ends a pause between attempts", async () => {
    api.script = () => ({ status: 503, body: {} });
    const retry = { ...QUICK, firstDelayMs: 60_000, maxDelayMs: 60_000, totalMs: 1e9 };
    await using slow = connect({ retry });
    const controller = new AbortController();
    const getting = slow.projects.get(id, { signal: controller.signal });
    getting.catch(() => {});
    await expect.poll(() => api.received.length).toBe(1);
    setTimeout(() => controller.abort(new Error("enough")), 20);
    await expect(getting).rejects.toThrow("enough");
  });

  test("is over for everybody when the client is closed", async () => {
    api.script = () => undefined;
    const getting = client.projects.get(id);
    getting.catch(() => {});
    await expect.poll(() => api.received.length).toBe(1);
    await client.close();
    await expect(getting).rejects.toMatchObject({ reason: "aborted" });
    await expect(client.projects.get(id)).rejects.toMatchObject({ reason: "aborted" });
  });
});

describe("an address", () => {
  test("of plain http to another machine is refused", () => {
    expect(() => connect({ apiServer: "http://api.example" })).toThrow(
      expect.objectContaining({ reason: "usage" }),
    );
  });

  test("without a server gives one clear line", async () => {
    await using lost = connect({ apiServer: "http://127.0.0.1:1" });
    await expect(lost.users.current()).rejects.toMatchObject({
      reason: "unavailable",
      message: "GET /v1pre3/users/current: the server refuses connections",
    });
  });
});

async function pageOfProjects(): Promise<{ body: unknown }> {
  const { body } = await recording("v1-projects-page");
  return { body: { ...body, Response: { ...(body["Response"] as object), Offset: 0 } } };
}
