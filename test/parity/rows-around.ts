import { mkdir, writeFile } from "node:fs/promises";
import { expect } from "vitest";
import { accessScope, BaseSpace } from "../../src/index.ts";
import type { FileId, Grant } from "../../src/index.ts";
import { resolveConfig } from "../../src/config/resolve.ts";
import { readProfile } from "../../src/config/profile.ts";
import { writeProfile } from "../../src/config/write-profile.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { openSession } from "../../src/session/session.ts";
import { later, type Row, row, rows } from "./row.ts";
import { PROJECT, RUN, SAMPLE, RESULT, SESSION, type World } from "./world.ts";

const PROFILE = "a profile: `~/.basespacepy.cfg` or `~/.basespace/NAME.cfg`, see Sign in";
const DEVICE = "oauth.startDevice(scopes), then oauth.awaitDevice(login)";

async function device(w: World): Promise<Grant> {
  const login = await w.oauth.startDevice(["browse global"]);
  expect(login.verificationUriWithCode).toContain(login.userCode);
  return await w.oauth.awaitDevice(login);
}

/** What a browser is sent back with, once the user has agreed. */
async function codeOf(w: World, redirectUri: string): Promise<string> {
  const scopes = ["browse global"];
  const url = w.oauth.authorizeUrl({ redirectUri, scopes, state: "s" });
  const answer = await fetch(url, { redirect: "manual" });
  const target = new URL(answer.headers.get("location") ?? "");
  expect(target.searchParams.get("state")).toBe("s");
  return target.searchParams.get("code") ?? "";
}

async function web(w: World): Promise<void> {
  const redirectUri = "http://localhost/back";
  const grant = await w.oauth.exchangeCode(await codeOf(w, redirectUri), redirectUri);
  const { apiServer } = w.emulator;
  const { accessToken } = grant;
  await using basespace = new BaseSpace({ apiServer, accessToken, environment: {} });
  expect((await basespace.tokens.current()).scopes).toEqual(["BROWSE GLOBAL"]);
}

async function profile(w: World): Promise<void> {
  const { apiServer, accessToken } = w.emulator;
  const home = w.dir.path;
  const text = `[DEFAULT]\napiServer = ${apiServer}/\n[clinic]\naccessToken = ${accessToken}\n`;
  await writeFile(w.dir.join(".basespacepy.cfg"), text, { mode: 0o600 });
  const { connection } = await resolveConfig(
    { profile: "clinic" },
    { home, uid: 0, gid: 0, variables: {} },
  );
  await using basespace = new BaseSpace({ ...connection, environment: {} });
  expect((await basespace.users.current()).id).not.toBe("");
}

async function session(w: World): Promise<void> {
  const { id, properties } = await w.basespace.appSessions.get(SESSION);
  expect(id).toBe(SESSION);
  expect(properties?.map(({ name }) => name)).toContain("Input.note");
}

async function refused(w: World): Promise<void> {
  const wrong = { sortBy: "Size" } as never;
  w.emulator.clearRequests();
  expect(() => w.basespace.projects.samples(PROJECT, wrong)).toThrow(
    expect.objectContaining({ reason: "usage" }),
  );
  expect(w.emulator.requests).toEqual([]);
}

async function errors(w: World): Promise<void> {
  await expect(w.basespace.files.get("999" as FileId)).rejects.toMatchObject({
    reason: "access-denied",
    status: 403,
    errorCode: "BASESPACE.COMMON.INSUFFICIENT_RESOURCE_PERMISSIONS",
  });
}

/** What a mount shows, without one: `session` is what `bsmount cat` uses. */
async function hidden(w: World): Promise<void> {
  const { apiServer, accessToken } = w.emulator;
  const variables = { BASESPACE_ACCESS_TOKEN: accessToken };
  await mkdir(w.dir.join("state"), { recursive: true });
  const given = { apiServer, stateDir: w.dir.join("state"), cacheDir: w.dir.join("cache") };
  const config = await resolveConfig(given, { home: w.dir.path, uid: 0, gid: 0, variables });
  const { signal } = new AbortController();
  await using session = await openSession(config, { logger: silentLogger }, signal);
  const { fileSystem } = session;
  let ino = fileSystem.root;
  for (const name of ["projects", "Demo", ".id"]) {
    ino = (await fileSystem.lookup(ino, name, signal)).ino;
  }
  const handle = await fileSystem.open(ino, 0, signal);
  const bytes = Buffer.alloc(64);
  const length = await fileSystem.read(handle, 0, bytes, signal);
  fileSystem.release(handle);
  expect(bytes.subarray(0, length).toString().trim()).toBe(PROJECT);
}

const MODELS = ["Project", "Sample", "AppResult", "Run", "File", "User", "AppSession"] as const;

/** Signing in, errors, parameters, and what hangs on the models. */
export const AROUND: readonly Row[] = [
  row("BaseSpaceAPI.__init__", "new BaseSpace({ apiServer, accessToken })", errors),
  ...rows(["BaseSpaceAPI._setCredentials", "BaseSpaceAPI._getLocalCredentials"], PROFILE, profile),
  row("AuthenticationAPI.parse_config", PROFILE, profile),
  ...rows(
    ["AuthenticationAPI.construct_default_config", "AuthenticationAPI.write_config"],
    "bsmount auth writes the profile",
    async (w) => {
      const file = w.dir.join(".basespace/lab.cfg");
      const accessToken = "f".repeat(32);
      await writeProfile({ file, section: "DEFAULT" }, { accessToken });
      expect(await readProfile("lab", w.dir.path)).toMatchObject({ accessToken });
    },
  ),
  row("BaseSpaceAPI.getAppSessionOld", "oauth.triggeredAppSession(id)", async (w) => {
    expect((await w.oauth.triggeredAppSession(SESSION)).name).toBe("of lab");
    const { appSession } = await w.openResult();
    await expect(w.oauth.triggeredAppSession(appSession.id)).rejects.toMatchObject({ status: 403 });
  }),
  ...rows(
    [
      "BaseSpaceAPI.__deserializeAppSessionResponse__",
      "BaseSpaceAPI.__deserializeObject__",
      "AppSession.__deserializeReferences__",
      "AppSessionLaunchObject.__deserializeObject__",
      "APIClient.deserialize",
      "ListResponse._convertToObjectList",
    ],
    "answers are decoded and typed; `raw` has every field",
    async (w) => {
      await session(w);
      const project = await w.basespace.projects.get(PROJECT);
      expect(project.raw["HrefBaseSpaceUI"]).toEqual(expect.stringContaining("/project/"));
      expect(typeof project.id).toBe("string");
      expect(project.dateCreated).toBeInstanceOf(Date);
    },
  ),
  ...rows(
    ["BaseSpaceAPI.getVerificationCode", "BaseSpaceAPI.obtainAccessToken"],
    DEVICE,
    async (w) => {
      expect((await device(w)).accessToken).toMatch(/^[0-9a-f]{32}$/);
    },
  ),
  row("OAuthAuthentication.set_oauth_details", "bsmount auth", async (w) => {
    expect((await device(w)).accessToken).toMatch(/^[0-9a-f]{32}$/);
  }),
  row(
    "BaseSpaceAPI.getWebVerificationCode",
    "oauth.authorizeUrl({ redirectUri, scopes, state })",
    web,
  ),
  row("BaseSpaceAPI.getAccess", `oauth.authorizeUrl(…), or ${DEVICE}; accessScope(thing)`, web),
  ...rows(
    ["BaseSpaceAPI.updatePrivileges", "BaseAPI.setAccessToken", "BaseAPI.getAccessToken"],
    "the option `accessToken` may be a function, asked at each request",
    async (w) => {
      let accessToken = "0".repeat(32);
      const { apiServer } = w.emulator;
      const options = { apiServer, accessToken: () => accessToken, environment: {} };
      await using basespace = new BaseSpace(options);
      await expect(basespace.users.current()).rejects.toMatchObject({ reason: "not-signed-in" });
      ({ accessToken } = await device(w));
      expect((await basespace.users.current()).id).not.toBe("");
    },
  ),
  row("BaseSpaceAPI.getAccessTokenDetails", "basespace.tokens.current()", async (w) => {
    const details = await w.basespace.tokens.current();
    expect(details.scopes.length).toBeGreaterThan(0);
    expect(JSON.stringify(details)).not.toContain(w.emulator.accessToken);
  }),
  ...["basespace_session", "check_session_details", "set_session_details"].map((name) =>
    row(
      `SessionAuthentication.${name}`,
      `none: no password is ever asked for; ${DEVICE}`,
      async (w) => {
        expect((await device(w)).accessToken).toMatch(/^[0-9a-f]{32}$/);
      },
    ),
  ),
  ...rows(
    [
      "BaseSpaceAPI._validateQueryParameters",
      "QueryParameters.getParameterDict",
      "QueryParameters.validate",
    ],
    "each list's own typed parameters, refused before anything is sent",
    refused,
  ),
  ...rows(
    ["BaseAPI.__singleRequest__", "APIClient.callAPI", "APIClient.__init__", "BaseAPI.__init__"],
    "methods by noun; errors are ApiError with reason, status, errorCode, requestId",
    errors,
  ),
  row(
    "BaseAPI.__listRequest__",
    "for await (const item of list), list.all(), list.page()",
    async (w) => {
      const list = w.basespace.projects.appResults(PROJECT);
      const all = await list.all({ pageSize: 2 });
      const seen: string[] = [];
      for await (const { id } of list) seen.push(id);
      expect(seen).toEqual(all.map(({ id }) => id));
      const page = await list.page({ offset: 1, limit: 1 });
      expect(page.items.map(({ id }) => id)).toEqual(seen.slice(1, 2));
    },
  ),
  ...rows(
    ["APIClient.__forcePostCall__", "BaseAPI.__makeCurlRequest__"],
    "requests of their own kind are made by the methods that need them",
    async (w) => void (await device(w)),
  ),
  row("APIClient.__putCall__", "basespace.uploads.part(…)", async (w) => {
    const { id } = await w.openResult();
    const fileId = await w.basespace.uploads.begin({ appResultId: id, path: "f" });
    const etag = await w.basespace.uploads.part({ fileId, number: 1 }, { bytes: Buffer.from("x") });
    expect(etag).toMatch(/^[0-9a-f]{32}$/);
    await w.basespace.uploads.abort(fileId);
  }),
  ...rows(
    ["BaseAPI.getTimeout", "BaseAPI.setTimeout"],
    "the option `timeoutMs`, of the client and of each call",
    async (w) => {
      w.emulator.addFaults("GET /users/current n=1 drop-answer");
      const { apiServer, accessToken } = w.emulator;
      const retry = { attempts: 1 };
      await using hasty = new BaseSpace({ apiServer, accessToken, retry, environment: {} });
      await expect(hasty.users.current({ timeoutMs: 200 })).rejects.toMatchObject({
        reason: "timeout",
      });
    },
  ),
  row("BaseAPI.__json_print__", "the option `logger`, and `raw`", session),
  ...rows(
    MODELS.map((model) => `${model}.isInit`),
    "types: there is no resource without its Id",
    session,
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
  ...rows(
    [
      "BaseMountInterface.__validate_basemount__",
      "BaseMountInterface.__resolve_details__",
      "BaseMountInterface.get_meta_data",
    ],
    "the hidden files `.id`, `.type` and `.json` on the mount",
    hidden,
  ),
  row("BaseMountInterface.access_token", PROFILE, profile),
  ...[
    "BillingAPI.__init__",
    "BillingAPI.createPurchase",
    "BillingAPI.getPurchaseById",
    "BillingAPI.getUserProducts",
    "BillingAPI.refundPurchase",
    "QueryParametersPurchasedProduct.getParameterDict",
    "QueryParametersPurchasedProduct.validate",
    "AppLaunchHelpers.AppSessionMetaData",
    "AppLaunchHelpers.LaunchSpecification",
    "AppLaunchHelpers.LaunchPayload",
  ].map(later),
];
