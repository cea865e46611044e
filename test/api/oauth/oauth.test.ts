import { connect as connectTo } from "node:net";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import {
  accessScope,
  type AppSessionId,
  BaseSpace,
  OAuth,
  RedirectListener,
  scopeList,
} from "../../../src/index.ts";
import { decodeGrant } from "../../../src/api/oauth/decode-oauth.ts";
import { OWN_CREDENTIALS } from "../../../src/emulator/access/applications.ts";
import { decideOnPage, page } from "../../helpers/approval-page.ts";
import { FakeClock } from "../../helpers/fake-clock.ts";
import { type Script, scriptedApi } from "../../helpers/scripted-api.ts";
import { startTestEmulator, type TestEmulator } from "../../helpers/start-test-emulator.ts";

const clientId = OWN_CREDENTIALS.clientKey;
const { clientSecret } = OWN_CREDENTIALS;
const CATALOG = { users: [{ id: "7", name: "Ada" }], projects: [{ id: "12", name: "p" }] };

function connect(
  apiServer: string,
  clock: FakeClock,
  more: { readonly clientId?: string; readonly clientSecret?: string } = {},
): OAuth {
  return new OAuth({ apiServer, clientId, clientSecret, clock, environment: {}, ...more });
}

/** Advances the clock at each sleep, until `work` is done. */
async function settle<Value>(
  clock: FakeClock,
  work: Promise<Value>,
  stepMs = 1000,
): Promise<Value> {
  const progress = { isDone: false };
  const watched = work.finally(() => {
    progress.isDone = true;
  });
  watched.catch(() => {});
  while (!progress.isDone) {
    if (clock.sleeping > 0) clock.advance(stepMs);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return await watched;
}

describe("sign-in by a code", () => {
  async function withEmulator(
    work: (emulator: TestEmulator, oauth: OAuth, clock: FakeClock) => Promise<void>,
  ): Promise<void> {
    const clock = new FakeClock();
    await using emulator = await startTestEmulator(CATALOG, { clock });
    await using oauth = connect(emulator.apiServer, clock);
    await work(emulator, oauth, clock);
  }

  it("gives a token with exactly the requested rights", async () => {
    await withEmulator(async (emulator, oauth, clock) => {
      const scope = accessScope({ href: "v1pre3/projects/12" }, "read");
      const login = await oauth.startDevice([scope]);
      expect(login).toMatchObject({
        verificationUri: `${emulator.apiServer}/oauth/device`,
        expires: new Date(clock.now() + 1800_000),
        intervalMs: 1000,
      });
      await decideOnPage(login.verificationUriWithCode, "approve");
      const grant = await settle(clock, oauth.awaitDevice(login));
      await using client = new BaseSpace({ ...emulator, ...grant, environment: {} });
      expect(await client.tokens.current()).toMatchObject({
        scopes: ["READ PROJECT 12"],
        application: { name: "BaseSpace Emulator" },
        user: { id: "7", name: "Ada" },
      });
      expect(JSON.stringify(await client.tokens.current())).not.toContain(grant.accessToken);
      await client.tokens.revoke();
      await expect(client.users.current()).rejects.toMatchObject({ reason: "not-signed-in" });
    });
  });

  it("waits as long as the user needs", async () => {
    await withEmulator(async (emulator, oauth, clock) => {
      const login = await oauth.startDevice(["browse global"]);
      const waiting = oauth.awaitDevice(login);
      const polls = (): number => emulator.requests.filter((r) => r.path.endsWith("/token")).length;
      const approving = (async () => {
        while (polls() < 3) await new Promise((resolve) => setImmediate(resolve));
        await decideOnPage(login.verificationUriWithCode, "approve");
      })();
      expect(await settle(clock, waiting)).toEqual({
        accessToken: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      });
      await approving;
      expect(polls()).toBeGreaterThanOrEqual(3);
    });
  });

  it("says that the user denied, with a typed error", async () => {
    await withEmulator(async (_emulator, oauth, clock) => {
      const login = await oauth.startDevice(["browse global"]);
      await decideOnPage(login.verificationUriWithCode, "deny");
      await expect(settle(clock, oauth.awaitDevice(login))).rejects.toMatchObject({
        name: "OAuthError",
        failure: "denied",
        reason: "access-denied",
      });
    });
  });

  it("ends when the code expires", async () => {
    await withEmulator(async (_emulator, oauth, clock) => {
      const login = await oauth.startDevice(["browse global"]);
      await expect(settle(clock, oauth.awaitDevice(login), 400_000)).rejects.toMatchObject({
        failure: "expired",
        reason: "timeout",
      });
    });
  });

  it("ends at once when it is aborted", async () => {
    await withEmulator(async (_emulator, oauth) => {
      const login = await oauth.startDevice(["browse global"]);
      const abort = new AbortController();
      const waiting = oauth.awaitDevice(login, { signal: abort.signal });
      abort.abort(new Error("enough"));
      await expect(waiting).rejects.toThrow("enough");
    });
  });

  it("distinguishes wrong credentials and unknown scopes", async () => {
    await withEmulator(async (emulator, oauth, clock) => {
      await expect(oauth.startDevice(["browse moon"])).rejects.toMatchObject({
        failure: "invalid-scope",
        reason: "usage",
        message: expect.stringContaining("BROWSE MOON") as string,
      });
      const login = await oauth.startDevice([]);
      await using wrong = connect(emulator.apiServer, clock, { clientSecret: "wrong" });
      await expect(settle(clock, wrong.awaitDevice(login))).rejects.toMatchObject({
        failure: "unknown-client",
      });
    });
  });
});

describe("the pace of asking", () => {
  const DEVICE = {
    verification_uri: "https://basespace.example/oauth/device",
    user_code: "a1b2c",
    device_code: "0".repeat(32),
    interval: 2,
  };

  /** Responds at the token endpoint with each of `responses` in turn, and records when it was polled. */
  async function pace(responses: readonly ReturnType<Script>[]): Promise<readonly number[]> {
    const clock = new FakeClock();
    const asked: number[] = [];
    await using api = await scriptedApi((_request, url) => {
      if (url.pathname.endsWith("/deviceauthorization")) return { body: DEVICE };
      asked.push(clock.now());
      return responses[asked.length - 1] ?? { body: { access_token: "abc", expires_in: "60" } };
    });
    await using oauth = new OAuth({
      apiServer: api.origin,
      clientId,
      clientSecret,
      clock,
      environment: {},
      retry: { attempts: 1 },
    });
    const begun = clock.now();
    const login = await oauth.startDevice([]);
    const grant = await settle(clock, oauth.awaitDevice(login));
    expect(grant).toEqual({ accessToken: "abc", expires: new Date(clock.now() + 60_000) });
    return asked.map((at, index) => at - (asked[index - 1] ?? begun));
  }

  it("is the service's, and stays slower after slow_down", async () => {
    const pending = { status: 400, body: { error: "authorization_pending" } };
    const slowDown = { status: 400, body: { error: "slow_down" } };
    expect(await pace([pending, slowDown, pending])).toEqual([2000, 2000, 7000, 7000]);
  });

  it("halves while the service fails, and continues", async () => {
    const busy = { status: 503, body: "" };
    const lost: ReturnType<Script> = (response) => response.socket?.destroy();
    expect(await pace([busy, lost])).toEqual([2000, 4000, 8000]);
  });
});

describe("sign-in by the browser", () => {
  it("takes the code from the browser once and turns it into a token", async () => {
    const clock = new FakeClock();
    await using emulator = await startTestEmulator(CATALOG, { clock });
    await using oauth = connect(emulator.apiServer, clock);
    await using listener = await RedirectListener.open();
    const { redirectUri, state } = listener;
    const url = oauth.authorizeUrl({ redirectUri, state, scopes: scopeList("browse global, ") });
    const waiting = listener.code();
    const shown = await page(url);
    expect(shown.text).toContain("BROWSE GLOBAL");
    const back = await decideOnPage(url, "approve");
    const location = back.headers.get("location") ?? "";
    expect((await page(location)).status).toBe(200);
    expect((await page(location)).status).toBe(410);
    const grant = await oauth.exchangeCode(await waiting, redirectUri);
    await using client = new BaseSpace({ ...emulator, ...grant, environment: {} });
    expect((await client.tokens.current()).scopes).toEqual(["BROWSE GLOBAL"]);
    await expect(oauth.exchangeCode(await waiting, redirectUri)).rejects.toMatchObject({
      failure: "invalid-code",
    });
  });

  it("goes to the web host of the region", async () => {
    await using oauth = connect("https://api.euc1.sh.basespace.illumina.com/", new FakeClock());
    const params = { redirectUri: "http://localhost/", scopes: ["a", "b"], state: "s" };
    expect(oauth.authorizeUrl(params)).toBe(
      `https://euc1.sh.basespace.illumina.com/oauth/authorize?client_id=${clientId}&redirect_uri=http%3A%2F%2Flocalhost%2F&response_type=code&scope=a%2Cb&state=s`,
    );
  });

  it("accepts no request without the state, and no other path, method or host", async () => {
    await using listener = await RedirectListener.open();
    const waiting = listener.code();
    const right = `${listener.redirectUri}?code=c&state=${listener.state}`;
    expect((await page(`${listener.redirectUri}?code=evil&state=x`)).status).toBe(400);
    expect((await page(`${listener.redirectUri}?code=evil`)).status).toBe(400);
    expect((await page(right.replace("/?", "/other?"))).status).toBe(404);
    expect((await page(right, {})).status).toBe(404);
    expect((await page(right)).status).toBe(200);
    expect(await waiting).toBe("c");
  });

  it("outlives a request for what is no address", async () => {
    await using listener = await RedirectListener.open();
    const { port } = new URL(listener.redirectUri);
    const socket = connectTo(Number(port), "127.0.0.1");
    socket.end(`GET // HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\n\r\n`);
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 404 /);
    expect((await page(`${listener.redirectUri}?code=c`)).status).toBe(400);
  });

  it("says that the user denied", async () => {
    await using listener = await RedirectListener.open();
    const waiting = listener.code();
    waiting.catch(() => {});
    const query = `error=access_denied&error_description=no&state=${listener.state}`;
    expect((await page(`${listener.redirectUri}?${query}`)).text).toContain("Nothing was approved");
    await expect(waiting).rejects.toMatchObject({ failure: "denied" });
  });

  it("waits five minutes and no longer, and ends when it is aborted", async () => {
    const clock = new FakeClock();
    await using listener = await RedirectListener.open({ clock });
    const waiting = listener.code();
    waiting.catch(() => {});
    clock.advance(299_999);
    expect(clock.sleeping).toBe(1);
    clock.advance(1);
    await expect(waiting).rejects.toMatchObject({ failure: "expired" });
    await using other = await RedirectListener.open();
    await expect(other.code(AbortSignal.abort(new Error("enough")))).rejects.toThrow("enough");
  });
});

describe("a session that a user started", () => {
  it("is read with the app's credentials, by that app alone", async () => {
    const clock = new FakeClock();
    const credentials = { clientId: "aa".repeat(16), clientSecret: "bb".repeat(16) };
    const app = { clientKey: credentials.clientId, clientSecret: credentials.clientSecret };
    await using emulator = await startTestEmulator({
      applications: [{ id: "90", name: "Lab", ...app }],
      appSessions: [{ id: "40", name: "started", application: "90" }],
    });
    await using lab = connect(emulator.apiServer, clock, credentials);
    const id = "40" as AppSessionId;
    expect(await lab.triggeredAppSession(id)).toMatchObject({
      name: "started",
      applicationName: "Lab",
    });
    await using other = connect(emulator.apiServer, clock);
    await expect(other.triggeredAppSession(id)).rejects.toMatchObject({
      reason: "access-denied",
      message: expect.stringContaining("do not match") as string,
    });
  });

  it("has a code, sent to its app only, that is exchanged once for a token for its work", async () => {
    const clock = new FakeClock();
    const credentials = { clientId: "aa".repeat(16), clientSecret: "bb".repeat(16) };
    const app = { clientKey: credentials.clientId, clientSecret: credentials.clientSecret };
    await using emulator = await startTestEmulator({
      applications: [{ id: "90", name: "Lab", ...app, redirectUri: "https://lab.example/back" }],
      projects: [
        { id: "10", name: "in and out", samples: [{ id: "20", name: "s" }] },
        { id: "11", name: "another" },
      ],
    });
    const { apiServer, accessToken } = emulator;
    await using user = new BaseSpace({ apiServer, accessToken, environment: {} });
    const { id } = await user.applications.launch("90", {
      name: "go",
      properties: [
        { name: "Input.project-id", type: "project", content: "v1pre3/projects/10" },
        { name: "Input.sample-id", type: "sample[]", items: ["v1pre3/samples/20"] },
      ],
    });
    expect((await user.appSessions.get(id)).authorizationCode).toBeUndefined();
    await using lab = connect(apiServer, clock, credentials);
    const { authorizationCode = "" } = await lab.triggeredAppSession(id);
    expect(authorizationCode).toMatch(/^[0-9a-f]{32}$/);
    expect(await lab.triggeredAppSession(id)).toMatchObject({ authorizationCode });
    const back = "https://lab.example/back";
    await expect(lab.exchangeCode(authorizationCode, "https://else.example/")).rejects.toThrow();
    const grant = await lab.exchangeCode(authorizationCode, back);
    await expect(lab.exchangeCode(authorizationCode, back)).rejects.toMatchObject({
      failure: "invalid-code",
    });
    expect((await lab.triggeredAppSession(id)).authorizationCode).toBeUndefined();
    await using started = new BaseSpace({ apiServer, ...grant, environment: {} });
    expect((await started.tokens.current()).scopes).toEqual(["WRITE PROJECT 10", "READ SAMPLE 20"]);
    const made = await started.projects.createAppResult("10", {
      name: "out",
      appSessionId: id,
    });
    expect(made.appSession?.id).toBe(id);
    await expect(started.projects.createAppResult("11", { name: "out" })).rejects.toMatchObject({
      reason: "access-denied",
    });
    await started.appSessions.setStatus(id, { status: "Complete" });
    expect(await user.appSessions.get(id)).toMatchObject({ status: "Complete" });
  });
});

describe("accessScope", () => {
  it("names a thing as the service does, and says what it cannot name", () => {
    expect(accessScope({ href: "v1pre3/appresults/30" })).toBe("write appresult 30");
    expect(accessScope({ href: "v1pre3/runs/5" }, "browse")).toBe("browse run 5");
    expect(() => accessScope({ href: "v1pre3/files/9" })).toThrow(/no scope can name/);
  });
});

describe("the life of a token", () => {
  it.each([1e12, 1e300, "9".repeat(400)])("of %s seconds ends at a date", (seconds) => {
    const wire = { access_token: "a".repeat(32), expires_in: seconds };
    const { expiresInSeconds = 0 } = decodeGrant(wire);
    expect(new Date(Date.now() + expiresInSeconds * 1000).toISOString()).toMatch(/^2\d{3}-/);
  });
});
