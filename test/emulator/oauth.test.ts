import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { OWN_CREDENTIALS } from "../../src/emulator/access/applications.ts";
import { startEmulator } from "../../src/emulator/start-emulator.ts";
import { decideOnPage, hiddenFields, type Page, page } from "../helpers/approval-page.ts";
import { FakeClock } from "../helpers/fake-clock.ts";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";
import { tempDir } from "../helpers/temp-dir.ts";

const { clientKey, clientSecret } = OWN_CREDENTIALS;
const LAB = { clientKey: "aa".repeat(16), clientSecret: "bb".repeat(16) };

interface JsonResponse {
  readonly status: number;
  readonly json: Readonly<Record<string, unknown>>;
}

let emulator: TestEmulator;
let clock: FakeClock;

beforeEach(async () => {
  clock = new FakeClock();
  emulator = await startTestEmulator(
    {
      users: [
        { id: "7", name: "Ada" },
        { id: "8", name: "Bob <script>" },
      ],
      applications: [
        { id: "90", name: "Lab & co", ...LAB, redirectUri: "https://lab.example/back" },
        { id: "91", name: "Other" },
      ],
      appSessions: [
        { id: "40", name: "of lab", application: "90" },
        { id: "41", name: "of other", application: "91" },
      ],
      projects: [{ id: "1", name: "one" }],
    },
    { clock },
  );
});

afterEach(async () => await emulator.close());

async function post(path: string, fields: Record<string, string>): Promise<JsonResponse> {
  const body = new URLSearchParams(fields);
  const response = await fetch(`${emulator.apiServer}/${path}`, { method: "POST", body });
  return { status: response.status, json: (await response.json()) as JsonResponse["json"] };
}

async function startDevice(scope: string, client = clientKey): Promise<Record<string, string>> {
  const parameters = { response_type: "device_code", client_id: client, scope };
  const { status, json } = await post("v1pre3/oauthv2/deviceauthorization", parameters);
  expect(status).toBe(200);
  return json as Record<string, string>;
}

async function poll(code = "", app = { clientKey, clientSecret }): Promise<JsonResponse> {
  return await post("v1pre3/oauthv2/token", {
    client_id: app.clientKey,
    client_secret: app.clientSecret,
    code,
    grant_type: "device",
    redirect_uri: "None",
  });
}

async function decide(device: Record<string, string>, decision: string, more = {}): Promise<Page> {
  return await decideOnPage(device["verification_with_code_uri"] ?? "", decision, more);
}

async function scopesOf(token: unknown): Promise<unknown> {
  const path = `${emulator.apiServer}/v1pre3/oauthv2/token/current?access_token=${String(token)}`;
  const { Response } = (await (await fetch(path)).json()) as { Response: { Scopes: unknown } };
  return Response.Scopes;
}

describe("sign-in of a device", () => {
  it("returns what the device needs, without an envelope", async () => {
    const device = await startDevice("browse global");
    expect(device).toEqual({
      verification_uri: `${emulator.apiServer}/oauth/device`,
      verification_with_code_uri: `${emulator.apiServer}/oauth/device?code=${device["user_code"]}`,
      user_code: expect.stringMatching(/^[a-z0-9]{5}$/) as string,
      expires_in: 1800,
      device_code: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      interval: 1,
    });
  });

  it("is pending until the user approves, then returns the token once", async () => {
    const device = await startDevice("browse global, write project 1");
    expect(await poll(device["device_code"])).toEqual({
      status: 400,
      json: {
        error: "authorization_pending",
        error_description: "User has not yet approved the access request",
      },
    });
    expect((await decide(device, "approve")).text).toContain("Access approved");
    const { status, json } = await poll(device["device_code"]);
    expect(status).toBe(200);
    expect(json).toEqual({ access_token: expect.stringMatching(/^[0-9a-f]{32}$/) as string });
    expect(await scopesOf(json["access_token"])).toEqual(["BROWSE GLOBAL", "WRITE PROJECT 1"]);
    expect((await poll(device["device_code"])).json["error"]).toBe("invalid_grant");
  });

  it("ends if the user denies it", async () => {
    const device = await startDevice("browse global");
    expect((await decide(device, "deny")).text).toContain("Access denied");
    expect(await poll(device["device_code"])).toEqual({
      status: 400,
      json: { error: "access_denied", error_description: "User has denied the access request" },
    });
  });

  it("returns slow_down to a device that polls too often", async () => {
    const { device_code } = await startDevice("browse global");
    const errors: unknown[] = [];
    for (const waitMs of [0, 100, 1000]) {
      clock.advance(waitMs);
      errors.push((await poll(device_code)).json["error"]);
    }
    expect(errors).toEqual(["authorization_pending", "slow_down", "authorization_pending"]);
  });

  it("expires after half an hour, for the device and for the page", async () => {
    const device = await startDevice("browse global");
    clock.advance(1800_000);
    expect((await poll(device["device_code"])).json["error"]).toBe("invalid_grant");
    expect((await page(device["verification_with_code_uri"] ?? "")).status).toBe(404);
  });

  it("refuses each invalid request with its own error", async () => {
    const path = "v1pre3/oauthv2/deviceauthorization";
    const parameters = {
      response_type: "device_code",
      client_id: clientKey,
      scope: "browse global",
    };
    const { device_code = "" } = await startDevice("");
    const token = { client_id: clientKey, client_secret: clientSecret, code: device_code };
    const cases: [string, Record<string, string>, string][] = [
      [path, { ...parameters, scope: "browse everything" }, "invalid_scope"],
      [path, { ...parameters, client_id: "nobody" }, "invalid_client"],
      [path, { ...parameters, response_type: "code" }, "unsupported_response_type"],
      [path, { response_type: "device_code" }, "invalid_request"],
      ["v1pre3/oauthv2/token", { ...token, grant_type: "password" }, "unsupported_grant_type"],
      ["v1pre3/oauthv2/token", { ...token, grant_type: "device", code: "x" }, "invalid_grant"],
      [
        "v1pre3/oauthv2/token",
        { ...token, grant_type: "device", client_secret: "x" },
        "invalid_client",
      ],
    ];
    for (const [where, fields, error] of cases) {
      const { status, json } = await post(where, fields);
      expect([status, json["error"]]).toEqual([400, error]);
      expect(Object.keys(json)).toEqual(["error", "error_description"]);
    }
  });

  it("exchanges a code only for the app that requested it", async () => {
    const device = await startDevice("browse global");
    await decide(device, "approve");
    expect((await poll(device["device_code"], LAB)).json["error"]).toBe("invalid_grant");
    expect((await poll(device["device_code"])).status).toBe(200);
  });

  it("adds the scopes that the same user granted the app before", async () => {
    const first = await startDevice("browse global");
    await decide(first, "approve");
    const token = (await poll(first["device_code"])).json["access_token"];
    const second = await startDevice("read project 1");
    await decide(second, "approve");
    const later = (await poll(second["device_code"])).json["access_token"];
    expect(await scopesOf(later)).toEqual(["READ PROJECT 1", "BROWSE GLOBAL"]);
    expect(await scopesOf(token)).toEqual(["BROWSE GLOBAL"]);
  });

  it("issues the token for the user who was chosen on the page", async () => {
    const device = await startDevice("browse global");
    await decide(device, "approve", { user: "8" });
    const { json } = await poll(device["device_code"]);
    const headers = { authorization: `Bearer ${String(json["access_token"])}` };
    const me = await emulator.get("users/current", { headers });
    expect(await me.json()).toMatchObject({ Response: { Id: "8" } });
  });

  it("needs no decision with autoApprove, and survives a restart", async () => {
    await using dir = await tempDir();
    const start = async () => await startEmulator({ dataDir: dir.join("data"), autoApprove: true });
    const parameters = {
      response_type: "device_code",
      client_id: clientKey,
      scope: "browse global",
    };
    let device: Record<string, string>;
    {
      await using before = await start();
      const body = new URLSearchParams(parameters);
      const path = `${before.apiServer}/v1pre3/oauthv2/deviceauthorization`;
      device = (await (await fetch(path, { method: "POST", body })).json()) as typeof device;
      expect((await fetch(device["verification_with_code_uri"] ?? "")).status).toBe(200);
    }
    await using after = await start();
    const code = device["device_code"] ?? "";
    const secret = { client_id: clientKey, client_secret: clientSecret };
    const body = new URLSearchParams({ ...secret, code, grant_type: "device" });
    const path = `${after.apiServer}/v1pre3/oauthv2/token`;
    expect((await fetch(path, { method: "POST", body })).status).toBe(200);
    // A browser that opens the page later is told so too.
    const late = await page(`${after.apiServer}/oauth/device?code=${device["user_code"]}`);
    expect([late.status, late.text]).toEqual([200, expect.stringContaining("at once") as string]);
  });
});

describe("the approval page", () => {
  it("shows app, code and scopes as text, runs no script and cannot be framed", async () => {
    const device = await startDevice("browse global,write project 1", LAB.clientKey);
    const { status, text, headers } = await page(device["verification_with_code_uri"] ?? "");
    expect(status).toBe(200);
    expect(text).toContain("Lab &#38; co asks for access");
    expect(text).toContain("Bob &#60;script&#62;");
    expect(text).toContain(device["user_code"]);
    expect(text).toContain("WRITE PROJECT 1");
    expect(text).not.toContain("<script");
    expect(text).not.toContain(device["device_code"]);
    expect(headers.get("content-security-policy")).toMatch(/default-src 'none'.*frame-ancestors/);
    expect(headers.get("referrer-policy")).toBe("no-referrer");
  });

  it("accepts a form only from its own page", async () => {
    const device = await startDevice("browse global");
    const other = await startDevice("browse global");
    const form = hiddenFields((await page(other["verification_with_code_uri"] ?? "")).text);
    for (const token of ["", "0.x", form["form_token"] ?? ""]) {
      const forged = { code: device["user_code"] ?? "", form_token: token, decision: "approve" };
      expect((await page(device["verification_uri"] ?? "", forged)).status).toBe(403);
    }
    expect((await poll(device["device_code"])).json["error"]).toBe("authorization_pending");
  });

  it("asks for the code if the address has none, and says if it is wrong", async () => {
    const url = `${emulator.apiServer}/oauth/device`;
    expect((await page(url)).text).toContain('name="code"');
    expect(await page(`${url}?code=zzzzz`)).toMatchObject({ status: 404 });
    const device = await startDevice("browse global");
    const typed = `%20${device["user_code"]?.toUpperCase()}%20`;
    expect((await page(`${url}?code=${typed}`)).text).toContain("asks for access");
  });
});

describe("sign-in of a web app", () => {
  const redirectUri = "https://lab.example/back";

  function authorizeUrl(more: Record<string, string> = {}): string {
    const query = new URLSearchParams({
      client_id: LAB.clientKey,
      redirect_uri: redirectUri,
      response_type: "code",
      scope: "browse global",
      state: "s 1&",
      ...more,
    });
    return `${emulator.apiServer}/oauth/authorize?${query.toString()}`;
  }

  async function submitDecision(decision: string): Promise<URL> {
    const shown = await page(authorizeUrl());
    const form = { ...hiddenFields(shown.text), decision };
    const sent = await page(`${emulator.apiServer}/oauth/authorize`, form);
    expect(sent.status).toBe(302);
    return new URL(sent.headers.get("location") ?? "");
  }

  async function exchange(code: string, redirect_uri: string): Promise<JsonResponse> {
    const secret = { client_id: LAB.clientKey, client_secret: LAB.clientSecret };
    const fields = { ...secret, grant_type: "authorization_code", code, redirect_uri };
    return await post("v1pre3/oauthv2/token", fields);
  }

  it("redirects the browser with a code that can be exchanged once", async () => {
    const back = await submitDecision("approve");
    expect(back.origin + back.pathname).toBe(redirectUri);
    expect(back.searchParams.get("state")).toBe("s 1&");
    expect(back.searchParams.get("action")).toBe("oauthv2authorization");
    const code = back.searchParams.get("code") ?? "";
    expect((await exchange(code, "https://lab.example/other")).json["error"]).toBe("invalid_grant");
    const { status, json } = await exchange(code, redirectUri);
    expect(status).toBe(200);
    expect(await scopesOf(json["access_token"])).toEqual(["BROWSE GLOBAL"]);
    expect((await exchange(code, redirectUri)).json["error"]).toBe("invalid_grant");
  });

  it("redirects with access_denied if the user denies, and with invalid_scope", async () => {
    const denied = await submitDecision("deny");
    expect(denied.searchParams.get("error")).toBe("access_denied");
    expect(denied.searchParams.get("state")).toBe("s 1&");
    const wrong = await page(authorizeUrl({ scope: "browse moon" }));
    expect(new URL(wrong.headers.get("location") ?? "").searchParams.get("error")).toBe(
      "invalid_scope",
    );
  });

  it("never redirects to an address that the app did not register", async () => {
    for (const redirect_uri of ["https://evil.example/back", "javascript:alert(1)", "", "x"]) {
      const { status, headers } = await page(authorizeUrl({ redirect_uri }));
      expect(status).toBe(400);
      expect(headers.get("location")).toBeNull();
    }
    const own = { client_id: clientKey, redirect_uri: "http://localhost:4711/" };
    expect((await page(authorizeUrl(own))).status).toBe(200);
    expect((await page(authorizeUrl({ ...own, redirect_uri: "http://a.example/" }))).status).toBe(
      400,
    );
  });

  it("accepts a form only from its own page and unchanged", async () => {
    const form = hiddenFields((await page(authorizeUrl())).text);
    const changed = { ...form, scope: "write global", decision: "approve" };
    expect((await page(`${emulator.apiServer}/oauth/authorize`, changed)).status).toBe(403);
  });
});

describe("revoking a token", () => {
  it("is permanent, and does not affect other tokens", async () => {
    const device = await startDevice("browse global");
    await decide(device, "approve");
    const token = String((await poll(device["device_code"])).json["access_token"]);
    const headers = { authorization: `Bearer ${token}` };
    const revoked = await fetch(`${emulator.apiServer}/v2/oauthv2tokens/current`, {
      method: "DELETE",
      headers,
    });
    expect(revoked.status).toBe(204);
    expect((await emulator.get("users/current", { headers })).status).toBe(401);
    expect((await emulator.get("users/current")).status).toBe(200);
  });
});

describe("the scopes of a token", () => {
  async function granted(scope: string): Promise<string> {
    const device = await startDevice(scope);
    await decide(device, "approve");
    return String((await poll(device["device_code"])).json["access_token"]);
  }

  it("include those of the app's unrevoked tokens, and end with the last of these", async () => {
    const first = await granted("write project 1");
    const second = await granted("browse global");
    expect(await scopesOf(second)).toEqual(["BROWSE GLOBAL", "WRITE PROJECT 1"]);
    for (const token of [first, second]) {
      const url = `${emulator.apiServer}/v2/oauthv2tokens/current`;
      const headers = { authorization: `Bearer ${token}` };
      expect((await fetch(url, { method: "DELETE", headers })).status).toBe(204);
    }
    expect(await scopesOf(await granted("read global"))).toEqual(["READ GLOBAL"]);
  });
});

describe("a session, read with its app's credentials", () => {
  async function session(id: string, key: string, secret: string): Promise<JsonResponse> {
    const basic = Buffer.from(`${key}:${secret}`).toString("base64");
    const response = await emulator.get(`appsessions/${id}`, {
      headers: { authorization: `Basic ${basic}` },
    });
    return { status: response.status, json: (await response.json()) as JsonResponse["json"] };
  }

  it("is readable with Basic, by that app only", async () => {
    const { clientKey: key, clientSecret: secret } = LAB;
    expect((await session("40", key, secret)).json).toMatchObject({ Response: { Name: "of lab" } });
    expect(await session("41", key, secret)).toMatchObject({
      status: 403,
      json: {
        ResponseStatus: { Message: "App credentials do not match AppSession application" },
      },
    });
    expect((await session("40", key, "x")).status).toBe(401);
    expect((await session("999", key, secret)).status).toBe(403);
  });
});

describe("an app in a catalog", () => {
  it("has both credentials or none, each of 32 hex digits", async () => {
    const { clientKey: key, clientSecret: secret } = LAB;
    for (const wrong of [{ clientKey: key }, { clientKey: "x", clientSecret: secret }]) {
      const starting = startTestEmulator({ applications: [{ name: "Half", ...wrong }] });
      await expect(starting).rejects.toMatchObject({ reason: "usage" });
    }
  });
});
