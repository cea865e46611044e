import { readFile, stat, writeFile } from "node:fs/promises";
import process from "node:process";
import { expect, vi } from "vitest";
import { buildProgram } from "../../src/cli/program.ts";
import { standardOutput } from "../../src/cli/standard-output.ts";
import { readProfile } from "../../src/config/profile.ts";
import { accessScope, BaseSpace, connect, OAuth } from "../../src/index.ts";
import type { Grant } from "../../src/index.ts";
import { recordingProxy } from "../helpers/recording-proxy.ts";
import { INPUT_SAMPLE } from "./expectations.ts";
import { type Row, row, rows } from "./row.ts";
import { PROJECT, RESULT, RUN, SAMPLE, SESSION, type World } from "./world.ts";

const PROFILE = "connect({ profile })";
const DEVICE = "oauth.startDevice(scopes), then oauth.awaitDevice(login)";

async function device(oauth: OAuth, scopes = ["browse global"]): Promise<Grant> {
  const login = await oauth.startDevice(scopes);
  expect(login.verificationUriWithCode).toContain(login.userCode);
  return await oauth.awaitDevice(login);
}

/** What a browser is sent back with, once the user has agreed. */
async function codeOf(w: World, redirectUri: string, scopes: readonly string[]): Promise<string> {
  const url = w.oauth.authorizeUrl({ redirectUri, scopes, state: "s" });
  const response = await fetch(url, { redirect: "manual" });
  const target = new URL(response.headers.get("location") ?? "");
  expect(target.searchParams.get("state")).toBe("s");
  return target.searchParams.get("code") ?? "";
}

async function web(w: World, scopes = ["browse global"]): Promise<Grant> {
  const redirectUri = "http://localhost/back";
  return await w.oauth.exchangeCode(await codeOf(w, redirectUri, scopes), redirectUri);
}

async function scopesOf(w: World, { accessToken }: Grant): Promise<readonly string[]> {
  const { apiServer } = w.emulator;
  await using basespace = new BaseSpace({ apiServer, accessToken, environment: {} });
  return (await basespace.tokens.current()).scopes;
}

/** Either way of signing in gets the scope of one thing. The app keeps what it was allowed before. */
async function access(w: World): Promise<void> {
  const { projects, samples } = w.basespace;
  const byWeb = await web(w, [accessScope(await projects.get(PROJECT), "read")]);
  expect(await scopesOf(w, byWeb)).toContain(`READ PROJECT ${PROJECT}`);
  const byDevice = await device(w.oauth, [accessScope(await samples.get(SAMPLE), "browse")]);
  expect(await scopesOf(w, byDevice)).toContain(`BROWSE SAMPLE ${SAMPLE}`);
}

async function profile(w: World): Promise<void> {
  const { apiServer, accessToken } = w.emulator;
  const home = w.dir.path;
  const text = `[DEFAULT]\napiServer = ${apiServer}/\n[clinic]\naccessToken = ${accessToken}\n`;
  await writeFile(w.dir.join(".basespacepy.cfg"), text, { mode: 0o600 });
  await using basespace = await connect({ profile: "clinic", environment: { HOME: home } });
  expect((await basespace.users.current()).id).not.toBe("");
}

/** `bsmount auth` as a shell runs it. Returns what it printed. */
async function authCommand(w: World, profile: string): Promise<string> {
  const secretFile = w.dir.join("client-secret");
  await writeFile(secretFile, w.lab.clientSecret, { mode: 0o600 });
  const variables = {
    BASESPACE_CLIENT_ID: w.lab.clientKey,
    BASESPACE_CLIENT_SECRET_FILE: secretFile,
    BASESPACE_API_SERVER: w.emulator.apiServer,
  };
  const printed: string[] = [];
  const keep = (text: string | Uint8Array): boolean => printed.push(String(text)) > 0;
  const streams = [
    vi.spyOn(standardOutput, "write").mockImplementation((text) => void keep(text)),
    vi.spyOn(process.stderr, "write").mockImplementation(keep),
  ];
  const exitCodes: number[] = [];
  try {
    const { signal } = new AbortController();
    const environment = { home: w.dir.path, uid: 0, gid: 0, variables };
    const onResult = (code: number): number => exitCodes.push(code);
    const context = { signal, environment, handOverSignals: () => undefined };
    const program = buildProgram({ context, onResult });
    await program.parseAsync(["auth", "--profile", profile], { from: "user" });
  } finally {
    for (const stream of streams) stream.mockRestore();
  }
  expect(exitCodes).toEqual([0]);
  return printed.join("");
}

/** Signing in: profiles, the device and the browser, tokens and scopes. */
export const SIGNING_IN: readonly Row[] = [
  ...rows(["BaseSpaceAPI._setCredentials", "BaseSpaceAPI._getLocalCredentials"], PROFILE, profile),
  row("AuthenticationAPI.parse_config", PROFILE, profile),
  ...rows(
    ["AuthenticationAPI.construct_default_config", "AuthenticationAPI.write_config"],
    "bsmount auth writes the profile",
    async (w) => {
      await authCommand(w, "written");
      const file = w.dir.join(".basespace/written.cfg");
      const [section, ...lines] = (await readFile(file, "utf8")).split("\n");
      expect(section).toBe("[DEFAULT]");
      expect(lines).toContain(`apiServer = ${w.emulator.apiServer}`);
      expect(lines).toContainEqual(expect.stringMatching(/^accessToken = [0-9a-f]{32}$/));
      expect((await stat(file)).mode & 0o777).toBe(0o600);
    },
  ),
  row("BaseSpaceAPI.getAppSessionOld", "oauth.triggeredAppSession(id)", async (w) => {
    const triggered = await w.oauth.triggeredAppSession(SESSION);
    expect(triggered).toMatchObject({ name: "of lab", references: [INPUT_SAMPLE] });
    const { appSession } = await w.openResult();
    await expect(w.oauth.triggeredAppSession(appSession.id)).rejects.toMatchObject({ status: 403 });
  }),
  ...rows(
    ["BaseSpaceAPI.getVerificationCode", "BaseSpaceAPI.obtainAccessToken"],
    DEVICE,
    async (w) => {
      expect((await device(w.oauth)).accessToken).toMatch(/^[0-9a-f]{32}$/);
    },
  ),
  ...rows(
    ["OAuthAuthentication.set_oauth_details", "SessionAuthentication.set_session_details"],
    "bsmount auth",
    async (w) => {
      const printed = await authCommand(w, "signed-in");
      const { accessToken, apiServer } = (await readProfile("signed-in", w.dir.path)) ?? {};
      expect(apiServer).toBe(w.emulator.apiServer);
      expect(accessToken).toMatch(/^[0-9a-f]{32}$/);
      expect(printed).toContain("/oauth/device?code=");
      expect(printed).not.toContain(accessToken);
    },
  ),
  row(
    "BaseSpaceAPI.getWebVerificationCode",
    "oauth.authorizeUrl({ redirectUri, scopes, state })",
    async (w) => expect(await scopesOf(w, await web(w))).toContain("BROWSE GLOBAL"),
  ),
  row("BaseSpaceAPI.getAccess", `oauth.authorizeUrl(…), or ${DEVICE}; accessScope(thing)`, access),
  ...rows(
    ["BaseSpaceAPI.updatePrivileges", "BaseAPI.setAccessToken", "BaseAPI.getAccessToken"],
    "the option `accessToken` may be a function, asked at each request",
    async (w) => {
      let accessToken = "0".repeat(32);
      const { apiServer } = w.emulator;
      const options = { apiServer, accessToken: () => accessToken, environment: {} };
      await using basespace = new BaseSpace(options);
      await expect(basespace.users.current()).rejects.toMatchObject({ reason: "not-signed-in" });
      ({ accessToken } = await device(w.oauth));
      expect((await basespace.users.current()).id).not.toBe("");
    },
  ),
  ...rows(
    ["BaseSpaceAPI.getAccessTokenDetails", "SessionAuthentication.check_session_details"],
    "basespace.tokens.current()",
    async (w) => {
      const details = await w.basespace.tokens.current();
      expect(details.scopes.length).toBeGreaterThan(0);
      expect(JSON.stringify(details)).not.toContain(w.emulator.accessToken);
    },
  ),
  row(
    "SessionAuthentication.basespace_session",
    `none: no password is ever asked for; ${DEVICE}`,
    async (w) => {
      w.emulator.clearRequests();
      await device(w.oauth);
      const asked = w.emulator.requests.map(({ path }) => path);
      expect(new Set(asked)).toEqual(
        new Set(["/v1pre3/oauthv2/deviceauthorization", "/v1pre3/oauthv2/token"]),
      );
    },
  ),
  row(
    "APIClient.__forcePostCall__",
    "oauth's methods; parameters travel in the body, never in an address",
    async (w) => {
      await using proxy = await recordingProxy(w.emulator.apiServer);
      const { clientKey: clientId, clientSecret } = w.lab;
      await using oauth = new OAuth({
        apiServer: proxy.origin,
        clientId,
        clientSecret,
        environment: {},
      });
      await device(oauth);
      const posts = proxy.seen.filter((text) => text.startsWith("POST "));
      expect(posts.length).toBeGreaterThan(1);
      expect(posts.join("")).not.toMatch(new RegExp(`\\?|${clientId}|${clientSecret}`));
      expect(proxy.seen.join("")).toContain(clientSecret);
    },
  ),
  row(
    "BaseAPI.__makeCurlRequest__",
    "oauth's methods; what the service says against it is in the OAuthError",
    async (w) => {
      const wrong = w.oauth.exchangeCode("0".repeat(32), "http://localhost/back");
      await expect(wrong).rejects.toThrow(/invalid_grant/);
    },
  ),
  ...rows(
    ["Project", "Sample", "AppResult", "Run"].map((model) => `${model}.getAccessStr`),
    "accessScope(thing, right)",
    async ({ basespace }) => {
      expect(accessScope(await basespace.projects.get(PROJECT))).toBe(`write project ${PROJECT}`);
      expect(accessScope(await basespace.samples.get(SAMPLE))).toBe(`write sample ${SAMPLE}`);
      expect(accessScope(await basespace.runs.get(RUN), "read")).toBe(`read run ${RUN}`);
      const result = await basespace.appResults.get(RESULT);
      expect(accessScope(result, "browse")).toBe(`browse appresult ${RESULT}`);
      expect(() => accessScope({ href: "v1pre3/files/1" })).toThrow();
    },
  ),
];
