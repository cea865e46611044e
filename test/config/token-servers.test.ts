import { mkdir, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import type { ConnectionConfig } from "../../src/config/connection.ts";
import type { GivenOptions } from "../../src/config/option-values.ts";
import { resolveConfig } from "../../src/config/config.ts";
import { rereadToken } from "../../src/config/reread-token.ts";
import { writeProfile } from "../../src/config/write-profile.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";

const LAB = "[DEFAULT]\napiServer = https://lab.example/\naccessToken = labs\n";
const PAIR = { BASESPACE_API_SERVER: "https://env.example", BASESPACE_ACCESS_TOKEN: "envs" };

async function homeWith(files: Readonly<Record<string, string>>): Promise<TempDir> {
  const home = await tempDir();
  await mkdir(home.join(".basespace"));
  for (const [name, text] of Object.entries(files)) {
    await writeFile(home.join(name), text, { mode: 0o600 });
  }
  return home;
}

async function connect(
  home: TempDir,
  given: GivenOptions,
  variables: Readonly<Record<string, string>> = {},
): Promise<ConnectionConfig> {
  return (await resolveConfig(given, { variables, home: home.path, uid: 0, gid: 0 })).connection;
}

describe("a profile's token", () => {
  it("[S5] is sent to no other server, whatever names it, and the error says what to do", async () => {
    await using home = await homeWith({ ".basespace/lab.cfg": LAB });
    const lab = { profile: "lab" };
    const other = "https://api.euc1.sh.basespace.illumina.com";
    const cases = [
      [{ ...lab, apiServer: "https://b.example" }, {}, "--api-server", "https://b.example"],
      [{ ...lab, region: "euc1" }, {}, "--region euc1", other],
      [{ ...lab, region: "euc1" }, PAIR, "--region euc1", other],
      [
        {},
        { BASESPACE_PROFILE: "lab", BASESPACE_API_SERVER: "https://b.example" },
        "BASESPACE_API_SERVER",
        "https://b.example",
      ],
    ] as const;
    for (const [given, variables, setting, server] of cases) {
      await expect(connect(home, given, variables)).rejects.toMatchObject({
        reason: "not-signed-in",
        message: `the access token of profile "lab" (${home.join(".basespace/lab.cfg")}) belongs to https://lab.example, and is not sent to ${server}, which ${setting} names`,
        remedy: expect.stringMatching(
          `${setting}.*another --profile.*bsmount auth --profile NAME --api-server ${server}.*--access-token-file`,
        ) as string,
      });
    }
  });

  it("suggests the token variable only where it would be used", async () => {
    await using home = await homeWith({ ".basespace/lab.cfg": LAB });
    const apiServer = "https://b.example";
    const byFlag = connect(home, { profile: "lab", apiServer });
    await expect(byFlag).rejects.toMatchObject({
      remedy: expect.stringMatching(
        /or give a token of that server by --access-token-file$/,
      ) as string,
    });
    const byVariable = connect(home, { apiServer }, { BASESPACE_PROFILE: "lab" });
    await expect(byVariable).rejects.toMatchObject({
      remedy: expect.stringMatching(
        /or give a token of that server by BASESPACE_ACCESS_TOKEN or --access-token-file$/,
      ) as string,
    });
  });

  it("[S5] that a section inherits goes to no other server either", async () => {
    const text = "[DEFAULT]\napiServer = https://a.example\naccessToken = a\n[plain]\nname = x\n";
    await using home = await homeWith({ ".basespacepy.cfg": text });
    const plain = { profile: "plain" };
    expect(await connect(home, plain)).toMatchObject({
      accessToken: "a",
      tokenSource: `${home.join(".basespacepy.cfg")}, section plain`,
    });
    const elsewhere = connect(home, { ...plain, apiServer: "https://b.example" });
    await expect(elsewhere).rejects.toThrow(/^the access token of profile "plain"/);
  });

  it("goes to its server in whichever way that is written", async () => {
    await using home = await homeWith({ ".basespace/lab.cfg": LAB });
    for (const apiServer of ["https://lab.example", "https://LAB.example:443/v1pre3/"]) {
      expect(await connect(home, { profile: "lab", apiServer })).toMatchObject({
        apiServer,
        accessToken: "labs",
      });
    }
  });

  it("[S5] belongs to region use1 when the profile names no server", async () => {
    const file = ".basespace/default.cfg";
    await using home = await homeWith({ [file]: "[DEFAULT]\naccessToken = abc\n" });
    expect((await connect(home, { region: "use1" })).accessToken).toBe("abc");
    const named = { BASESPACE_API_SERVER: "https://b.example/v2" };
    await expect(connect(home, {}, named)).rejects.toMatchObject({
      reason: "not-signed-in",
      message: expect.stringMatching(
        /names no server.*belongs to https:\/\/api\.basespace\.illumina\.com,/,
      ) as string,
      remedy: expect.stringMatching(
        /^write apiServer = https:\/\/b\.example into it.*unset BASESPACE_API_SERVER/,
      ) as string,
    });
  });

  it("[S5] is looked up again only while the profile stays at the server", async () => {
    await using home = await homeWith({ ".basespace/lab.cfg": LAB });
    const { tokenOrigin } = await connect(home, {
      profile: "lab",
      apiServer: "https://lab.example",
    });
    const location = { file: home.join(".basespace/lab.cfg"), section: "DEFAULT" };
    await writeProfile(location, { accessToken: "new" });
    expect(await rereadToken(tokenOrigin)).toBe("new");
    await writeProfile(location, { apiServer: "https://b.example", accessToken: "moved" });
    expect(await rereadToken(tokenOrigin)).toBeUndefined();
  });
});

describe("a token that was given itself", () => {
  it("goes to the server that is chosen", async () => {
    await using home = await homeWith({ ".basespace/lab.cfg": LAB, token: "files\n" });
    const apiServer = "https://b.example";
    const profile = { BASESPACE_PROFILE: "lab", BASESPACE_ACCESS_TOKEN: "envs" };
    expect(await connect(home, { apiServer }, profile)).toMatchObject({
      apiServer,
      accessToken: "envs",
    });
    const accessTokenFile = home.join("token");
    const byFile = { profile: "lab", apiServer, accessTokenFile };
    expect(await connect(home, byFile, PAIR)).toMatchObject({ apiServer, accessToken: "files" });
  });
});

describe("--profile", () => {
  it("wins over the environment's token and server where the profile has a token", async () => {
    await using home = await homeWith({ ".basespace/lab.cfg": LAB });
    expect(await connect(home, { profile: "lab" }, PAIR)).toMatchObject({
      apiServer: "https://lab.example/",
      accessToken: "labs",
      tokenSource: home.join(".basespace/lab.cfg"),
    });
  });

  it("leaves both to the environment where the profile has no token", async () => {
    const signedOut = "[DEFAULT]\napiServer = https://lab.example\nclientKey = k\n";
    await using home = await homeWith({ ".basespace/lab.cfg": signedOut });
    expect(await connect(home, { profile: "lab" }, PAIR)).toMatchObject({
      apiServer: "https://env.example",
      accessToken: "envs",
      tokenSource: "BASESPACE_ACCESS_TOKEN",
    });
  });

  it("wins with its server beside a token file", async () => {
    await using home = await homeWith({ ".basespace/lab.cfg": LAB, token: "files" });
    const given = { profile: "lab", accessTokenFile: home.join("token") };
    expect(await connect(home, given, PAIR)).toMatchObject({
      apiServer: "https://lab.example/",
      accessToken: "files",
    });
  });

  it("wins, but BASESPACE_PROFILE does not", async () => {
    await using home = await homeWith({ ".basespace/lab.cfg": LAB });
    const variables = { ...PAIR, BASESPACE_PROFILE: "lab" };
    expect(await connect(home, {}, variables)).toMatchObject({
      apiServer: "https://env.example",
      accessToken: "envs",
    });
  });
});
