import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { connect } from "../../src/index.ts";
import { envelope, scriptedApi } from "../helpers/scripted-api.ts";
import { startTestEmulator } from "../helpers/start-test-emulator.ts";
import { tempDir } from "../helpers/temp-dir.ts";

const FIRST = "f1".repeat(16);
const SECOND = "52".repeat(16);

const USER = { Id: "7", Href: "v1pre3/users/7", Name: "Ada" };
const REFUSAL = { status: 401, body: { ResponseStatus: { Message: "Unauthorized" } } };
/** A client that is not closed keeps the connection for ten minutes. */
const STAYS = { "keep-alive": "timeout=600" };

const catalog = {
  tokens: [FIRST, SECOND].map((accessToken) => ({ accessToken, scopes: "browse global" })),
};

describe("connect", () => {
  it("is signed in by a profile, and works after the next sign-in", async () => {
    await using home = await tempDir();
    await using emulator = await startTestEmulator(catalog);
    await mkdir(home.join(".basespace"));
    const store = async (token: string): Promise<void> => {
      const text = `[DEFAULT]\napiServer = ${emulator.apiServer}\naccessToken = ${token}\n`;
      await writeFile(home.join(".basespace/lab.cfg"), text, { mode: 0o600 });
    };
    await store(FIRST);
    await using basespace = await connect({ profile: "lab", environment: { HOME: home.path } });
    await basespace.tokens.revoke();
    await store(SECOND);
    expect((await basespace.tokens.current()).scopes).toEqual(["BROWSE GLOBAL"]);
  });

  it("takes the environment's token, and the options' server before the environment's", async () => {
    await using home = await tempDir();
    await using emulator = await startTestEmulator(catalog);
    const environment = {
      HOME: home.path,
      BASESPACE_ACCESS_TOKEN: FIRST,
      BASESPACE_API_SERVER: "https://nowhere.invalid",
    };
    const { apiServer } = emulator;
    await using basespace = await connect({ apiServer, environment, timeoutMs: 5000 });
    expect((await basespace.users.current()).name).not.toBe("");
  });

  it("says at once when there is no token, or one that the service does not know", async () => {
    await using home = await tempDir();
    await using emulator = await startTestEmulator(catalog);
    const environment = { HOME: home.path, BASESPACE_API_SERVER: emulator.apiServer };
    await expect(connect({ environment })).rejects.toMatchObject({ reason: "not-signed-in" });
    const unknown = { ...environment, BASESPACE_ACCESS_TOKEN: "0".repeat(32) };
    await expect(connect({ environment: unknown })).rejects.toMatchObject({
      reason: "not-signed-in",
      message: expect.stringContaining("token of BASESPACE_ACCESS_TOKEN was refused") as string,
    });
  });

  it("leaves no connection behind when the service refuses the token", async () => {
    await using home = await tempDir();
    await using api = await scriptedApi(() => ({ ...REFUSAL, headers: STAYS }));
    const environment = { HOME: home.path, BASESPACE_ACCESS_TOKEN: FIRST };
    await expect(connect({ apiServer: api.origin, environment })).rejects.toMatchObject({
      reason: "not-signed-in",
    });
    const socket = api.received[0]?.socket;
    if (socket !== undefined && !socket.destroyed) await once(socket, "close");
    expect(api.received).toHaveLength(1);
  });

  it("ends when its signal aborts, though there is no response", async () => {
    await using home = await tempDir();
    const controller = new AbortController();
    const gaveUp = new Error("gave up");
    await using api = await scriptedApi(() => {
      controller.abort(gaveUp);
      return undefined;
    });
    const environment = { HOME: home.path, BASESPACE_ACCESS_TOKEN: FIRST };
    const { signal } = controller;
    await expect(connect({ apiServer: api.origin, environment, signal })).rejects.toBe(gaveUp);
  });
});

describe("a refused token that is looked up again", () => {
  it.each(["the signal", "close()"])("is not waited for longer than until %s", async (what) => {
    await using home = await tempDir();
    const { promise: asked, resolve } = withResolver();
    let isRevoked = false;
    await using api = await scriptedApi(({ headers }) => {
      if (headers.authorization === `Bearer ${FIRST}`) return isRevoked ? REFUSAL : envelope(USER);
      resolve();
      // The service does not respond to requests with the new token.
      return undefined;
    });
    await mkdir(home.join(".basespace"));
    const store = async (token: string): Promise<void> => {
      const text = `[DEFAULT]\napiServer = ${api.origin}\naccessToken = ${token}\n`;
      await writeFile(home.join(".basespace/lab.cfg"), text, { mode: 0o600 });
    };
    await store(FIRST);
    const options = { profile: "lab", userAgent: "lab/1", environment: { HOME: home.path } };
    await using basespace = await connect(options);
    isRevoked = true;
    await store(SECOND);
    const controller = new AbortController();
    const { signal } = controller;
    const waiting = basespace.users.current({ signal }).catch((error: unknown) => error);
    await asked;
    const last = api.received.at(-1);
    expect(last?.headers["user-agent"]).toBe("lab/1");
    const gaveUp = new Error("gave up");
    if (what === "the signal") {
      controller.abort(gaveUp);
      expect(await waiting).toBe(gaveUp);
      await basespace.close();
    } else {
      await basespace.close();
      expect(await waiting).toMatchObject({ reason: "aborted" });
    }
    // The client that tried the new token is closed as well.
    if (last?.socket.destroyed === false) await once(last.socket, "close");
    expect(api.received.at(-1)).toBe(last);
  });
});

function withResolver(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
