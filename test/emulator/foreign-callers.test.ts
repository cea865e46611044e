import { once } from "node:events";
import { type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";

interface ReceivedResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

interface SendOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** As `fetch`, but with any headers, including those that fetch refuses to set. */
async function send(
  url: string,
  { method = "GET", headers = {}, body }: SendOptions,
): Promise<ReceivedResponse> {
  const sent = request(url, { method, headers }).end(body);
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  const text = (await response.setEncoding("utf8").toArray()).join("");
  return { status: response.statusCode ?? 0, headers: response.headers, text };
}

let emulator: TestEmulator;
let link: string;
let token: Readonly<Record<string, string>>;

beforeAll(async () => {
  emulator = await startTestEmulator(
    {
      projects: [
        {
          id: "1",
          name: "p",
          samples: [{ name: "s", files: [{ id: "1", path: "f", content: "bytes" }] }],
          appResults: [{ id: "30", name: "r", status: "Running" }],
        },
      ],
    },
    { hostNames: ["lab.example"] },
  );
  token = { "x-access-token": emulator.accessToken };
  link =
    (await emulator.get("files/1/content", { redirect: "manual" })).headers.get("location") ?? "";
});
afterEach(() => emulator.clearFaults());
afterAll(async () => await emulator.close());

async function rules(): Promise<unknown> {
  return JSON.parse((await send(`${emulator.apiServer}/__faults`, {})).text) as unknown;
}

describe("both servers serve only the emulator's own host names", () => {
  it.each([
    ["evil.example", 421],
    ["localhost.evil.example", 421],
    ["127.0.0.1.evil.example:80", 421],
    ["lab.example.evil.example", 421],
    ["evil@localhost", 421],
    ["evil.example/localhost", 421],
    ["0.0.0.0", 421],
    ["169.254.1.2", 421],
    ["[fd00::1]", 421],
    ["[", 421],
    ["localhost", 200],
    ["LocalHost:1", 200],
    ["localhost.", 200],
    ["basespace.localhost:80", 200],
    ["127.0.0.1", 200],
    ["127.8.9.1:65535", 200],
    ["[::1]:80", 200],
    ["lab.example", 200],
    ["LAB.example:8443", 200],
  ])("Host %s gets %i", async (host, status) => {
    const headers = { ...token, host };
    const api = await send(`${emulator.apiServer}/v1pre3/users/current`, { headers });
    const store = await send(link, { headers: { host } });
    expect([api.status, store.status]).toEqual([status, status]);
    if (status === 200) return;
    expect(JSON.parse(api.text)).toMatchObject({
      ResponseStatus: { Message: expect.stringContaining(JSON.stringify(host)) as string },
    });
    expect(store.text).toContain("<Message>This emulator does not serve the Host");
    expect(store.text).not.toContain(host);
  });

  it("a request with another name has no effect and is no leak", async () => {
    const headers = { host: "evil.example", authorization: "Bearer x" };
    const body = '["* * status=500"]';
    const type = { "content-type": "application/json" };
    const posted = { method: "POST", headers: { ...headers, ...type }, body };
    expect((await send(`${emulator.apiServer}/__faults`, posted)).status).toBe(421);
    expect((await send(link, { headers })).status).toBe(421);
    expect([await rules(), emulator.leaks]).toEqual([[], []]);
  });

  it("and the address that they listen on, if it is not a loopback one", async () => {
    await using open = await startTestEmulator({}, { host: "0.0.0.0" });
    const { port } = new URL(open.apiServer);
    const get = async (host: string): Promise<number> =>
      (await send(`http://127.0.0.3:${port}/oauth/device`, { headers: { host } })).status;
    expect([await get("0.0.0.0"), await get("127.0.0.3"), await get("evil.example")]).toEqual([
      200, 200, 421,
    ]);
  });
});

const JSON_TYPE = { "content-type": "application/json" };
const EMULATOR_PAGE = "a page of the emulator";

describe("controls", () => {
  const body = '["GET /nowhere status=500"]';

  it.each([
    ["plain text", 415, { "content-type": "text/plain" }],
    ["a form", 415, { "content-type": "application/x-www-form-urlencoded" }],
    ["a request without a content type", 415, {}],
    ["a content type that only begins alike", 415, { "content-type": "application/jsonish" }],
    ["a page of another site", 403, { ...JSON_TYPE, origin: "https://evil.example" }],
    ["a page of another port", 403, { ...JSON_TYPE, origin: "http://127.0.0.1:1" }],
    ["a page with an opaque origin", 403, { ...JSON_TYPE, origin: "null" }],
    ["another site without Origin", 403, { ...JSON_TYPE, "sec-fetch-site": "cross-site" }],
    ["another port without Origin", 403, { ...JSON_TYPE, "sec-fetch-site": "same-site" }],
    ["a proxy that keeps its own Host", 403, { ...JSON_TYPE, host: "lab.example" }],
    ["a proxy that sends X-Forwarded-For", 403, { ...JSON_TYPE, "x-forwarded-for": "192.0.2.1" }],
    ["a proxy that sends Forwarded", 403, { ...JSON_TYPE, forwarded: "for=192.0.2.1" }],
    [EMULATOR_PAGE, 200, { ...JSON_TYPE, "sec-fetch-site": "same-origin" }],
    ["a tool", 200, { "content-type": "Application/JSON; charset=utf-8" }],
    ["the address bar", 200, { ...JSON_TYPE, "sec-fetch-site": "none" }],
  ])("respond to rules from %s with %i", async (title, status, headers) => {
    const origin = title === EMULATOR_PAGE ? { origin: emulator.apiServer } : {};
    const posted = { method: "POST", headers: { ...headers, ...origin }, body };
    expect((await send(`${emulator.apiServer}/__faults`, posted)).status).toBe(status);
    expect(await rules()).toHaveLength(status === 200 ? 1 : 0);
  });

  it.each([
    ["GET", "/__faults"],
    ["DELETE", "/__faults"],
    ["GET", "/__leaks"],
  ])("refuse %s %s from pages of other sites", async (method, path) => {
    emulator.addFaults("GET /nowhere status=500");
    const url = `${emulator.apiServer}${path}`;
    const foreign = { method, headers: { origin: "https://evil.example" } };
    expect((await send(url, foreign)).status).toBe(403);
    expect(await rules()).toHaveLength(1);
    expect((await send(url, { method })).status).toBe(200);
  });
});

describe("pages of other sites", () => {
  it.each(["GET", "OPTIONS"])("get no CORS headers in response to %s", async (method) => {
    const headers = {
      ...token,
      origin: "https://evil.example",
      "access-control-request-method": "POST",
    };
    const { apiServer } = emulator;
    const urls = ["/v1pre3/users/current", "/v2/users/current", "/oauth/device", "/__leaks"];
    for (const url of [...urls.map((path) => apiServer + path), link]) {
      const response = await send(url, { method, headers: url === link ? {} : headers });
      const names = Object.keys(response.headers).filter((name) =>
        name.startsWith("access-control-"),
      );
      expect([url, names]).toEqual([url, []]);
    }
  });

  it.each(["/oauth/device", "/oauth/device?code=x", "/oauth/authorize"])(
    "cannot frame %s",
    async (path) => {
      const { headers } = await send(`${emulator.apiServer}${path}`, {});
      expect(headers).toMatchObject({
        "x-frame-options": "DENY",
        "content-security-policy": expect.stringContaining("frame-ancestors 'none'") as string,
      });
    },
  );
});

describe("a signed link", () => {
  async function partLink(): Promise<URL> {
    const path = "/v2/appresults/30/file-upload-info?filepath=f&uploadpartcount=2";
    const info = JSON.parse((await send(emulator.apiServer + path, { headers: token })).text) as {
      MultipartTemplate: string;
      MultipartSignatures: string[];
    };
    const signature = encodeURIComponent(info.MultipartSignatures[0] ?? "");
    const filled = info.MultipartTemplate.replace("{PartNumber}", "1");
    return new URL(filled.replace("{Signature}", signature));
  }

  it.each([
    "PUT",
    "",
    "1e99",
    "Infinity",
    "NaN",
    "0x7fffffffff",
    "-1",
    "9".repeat(13),
    "99999999999.5",
  ])("expires at a whole number of seconds, not at %j", async (expires) => {
    const [get, put] = [new URL(link), await partLink()];
    for (const url of [get, put]) url.searchParams.set("Expires", expires);
    for (const response of [await send(get.href, {}), await send(put.href, { method: "PUT" })]) {
      expect([response.status, response.text]).toEqual([
        403,
        expect.stringContaining("<Message>Invalid date") as string,
      ]);
    }
  });

  it("is valid only for its method, where HEAD counts as GET", async () => {
    const part = (await partLink()).href;
    const statuses: [string, number][] = [];
    for (const method of ["GET", "HEAD", "PUT"]) {
      statuses.push([method, (await send(part, { method, body: "" })).status]);
      statuses.push([method, (await send(link, { method, body: "" })).status]);
    }
    expect(statuses).toEqual([
      ["GET", 403],
      ["GET", 200],
      ["HEAD", 403],
      ["HEAD", 200],
      ["PUT", 200],
      ["PUT", 403],
    ]);
  });

  it("of a part is invalid if its values are moved to other parameters", async () => {
    const part = await partLink();
    const { searchParams } = part;
    const [expires = "", number = ""] = ["Expires", "partNumber"].map(
      (name) => searchParams.get(name) ?? "",
    );
    const moved = new URL(part.pathname, part);
    moved.search = new URLSearchParams({
      Expires: "PUT",
      "response-content-disposition": expires,
      "response-content-type": number,
      Signature: searchParams.get("Signature") ?? "",
    }).toString();
    expect((await send(moved.href, {})).status).toBe(403);
  });
});
