import { mkdir, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { connect } from "../../src/index.ts";
import { startTestEmulator } from "../helpers/start-test-emulator.ts";
import { tempDir } from "../helpers/temp-dir.ts";

const FIRST = "f1".repeat(16);
const SECOND = "52".repeat(16);

const catalog = {
  tokens: [FIRST, SECOND].map((accessToken) => ({ accessToken, scopes: "browse global" })),
};

describe("connect", () => {
  it("is signed in by a profile, and goes on after the next sign-in", async () => {
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
});
