import { mkdir, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import type { Environment } from "../../src/config/environment.ts";
import { resolveConfig } from "../../src/config/config.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";

function environment(home: TempDir, variables: Record<string, string> = {}): Environment {
  return { variables, home: home.path, uid: 1000, gid: 1000 };
}

async function profileFile(home: TempDir, name: string, text: string, mode = 0o600): Promise<void> {
  await mkdir(home.join(".basespace"), { recursive: true });
  await writeFile(home.join(".basespace", `${name}.cfg`), text, { mode });
}

describe("resolveConfig", () => {
  it("reads the profile that bs leaves behind", async () => {
    await using home = await tempDir();
    const text =
      "[DEFAULT]\napiServer = https://api.euc1.sh.basespace.illumina.com/\naccessToken = abc\n";
    await profileFile(home, "default", text);
    const { connection } = await resolveConfig({}, environment(home));
    expect(connection).toMatchObject({
      profile: "default",
      apiServer: "https://api.euc1.sh.basespace.illumina.com/",
      accessToken: "abc",
      timeoutMs: 30_000,
    });
  });

  it("lets flags win over the environment, and the environment over the profile", async () => {
    await using home = await tempDir();
    await profileFile(home, "default", "[DEFAULT]\napiServer=https://a.example\naccessToken=abc\n");
    const variables = { BASESPACE_API_SERVER: "https://b.example", BASESPACE_ACCESS_TOKEN: "def" };
    const byVariable = await resolveConfig({}, environment(home, variables));
    expect(byVariable.connection).toMatchObject({
      apiServer: "https://b.example",
      accessToken: "def",
    });
    const byFlag = await resolveConfig(
      { apiServer: "https://c.example" },
      environment(home, variables),
    );
    expect(byFlag.connection.apiServer).toBe("https://c.example");
    const byRegion = await resolveConfig({ region: "cac1" }, environment(home, variables));
    expect(byRegion.connection.apiServer).toBe("https://api.cac1.sh.basespace.illumina.com");
  });

  it("reads a section of the shared file with inherited values, in any case", async () => {
    await using home = await tempDir();
    const text =
      "[DEFAULT]\napiserver = https://a.example/\nACCESSTOKEN = shared\n[my.lab]\naccessToken: own\n[plain]\nname = x\n";
    await writeFile(home.join(".basespacepy.cfg"), text, { mode: 0o600 });
    const lab = await resolveConfig({ profile: "my.lab" }, environment(home));
    expect(lab.connection).toMatchObject({ apiServer: "https://a.example/", accessToken: "own" });
    const plain = await resolveConfig({ profile: "plain" }, environment(home));
    expect(plain.connection.accessToken).toBe("shared");
    const byDefault = await resolveConfig({}, environment(home));
    expect(byDefault.connection.accessToken).toBe("shared");
  });

  it("[S3] refuses a profile that others can read, and says how to mend it", async () => {
    await using home = await tempDir();
    await profileFile(home, "default", "[DEFAULT]\naccessToken=abc\n", 0o644);
    await expect(resolveConfig({}, environment(home))).rejects.toMatchObject({
      reason: "usage",
      remedy: expect.stringContaining("chmod 600") as string,
    });
  });

  it("[S3] takes the token from a file and refuses one that is open, empty or missing", async () => {
    await using home = await tempDir();
    const file = home.join("token");
    await writeFile(file, "abc\n", { mode: 0o600 });
    const config = await resolveConfig({ accessTokenFile: file }, environment(home));
    expect(config.connection.accessToken).toBe("abc");
    await writeFile(home.join("open"), "abc", { mode: 0o640 });
    await writeFile(home.join("empty"), "\n", { mode: 0o600 });
    for (const name of ["open", "empty", "missing"]) {
      const given = { accessTokenFile: home.join(name) };
      await expect(resolveConfig(given, environment(home))).rejects.toMatchObject({
        reason: "usage",
      });
    }
  });

  it("says that the variable of the token is empty when there is no other token", async () => {
    await using home = await tempDir();
    const empty = environment(home, { BASESPACE_ACCESS_TOKEN: " " });
    await expect(resolveConfig({}, empty)).rejects.toMatchObject({
      reason: "not-signed-in",
      message: expect.stringMatching(/; BASESPACE_ACCESS_TOKEN is set but empty$/) as string,
    });
    await expect(resolveConfig({}, environment(home))).rejects.not.toThrow(/empty/);
    await profileFile(home, "default", "[DEFAULT]\naccessToken=abc\n");
    expect((await resolveConfig({}, empty)).connection.accessToken).toBe("abc");
  });

  it("says how to sign in when there is no token, and names a profile that is not there", async () => {
    await using home = await tempDir();
    await expect(resolveConfig({}, environment(home))).rejects.toMatchObject({
      reason: "not-signed-in",
      remedy: expect.stringContaining("bs auth") as string,
    });
    await expect(resolveConfig({ profile: "lab" }, environment(home))).rejects.toThrow(
      /no profile "lab"/,
    );
  });

  it("names the profiles that are signed in, where the one that is asked for has no token", async () => {
    await using home = await tempDir();
    await profileFile(home, "local", "[DEFAULT]\naccessToken=abc\n");
    await profileFile(home, "lab", "[DEFAULT]\nclientKey=abc\n");
    await expect(resolveConfig({}, environment(home))).rejects.toMatchObject({
      reason: "not-signed-in",
      remedy: expect.stringMatching(/^give --profile local, which is signed in, or run /) as string,
    });
    // `bs auth` leaves its token in the default profile.
    await expect(resolveConfig({ profile: "lab" }, environment(home))).rejects.toMatchObject({
      remedy: expect.stringMatching(/or run `bsmount auth --profile lab`, or set (?!.*bs auth)/),
    });
  });

  it("knows the regions and refuses others", async () => {
    await using home = await tempDir();
    const variables = { BASESPACE_ACCESS_TOKEN: "abc" };
    const euc1 = await resolveConfig({ region: "EUC1" }, environment(home, variables));
    expect(euc1.connection.apiServer).toBe("https://api.euc1.sh.basespace.illumina.com");
    const wrong = resolveConfig({ region: "mars" }, environment(home, variables));
    await expect(wrong).rejects.toThrow(/no BaseSpace region "mars"/);
  });

  it("looks at the region beside a server too, and refuses two servers at once", async () => {
    await using home = await tempDir();
    const variables = { BASESPACE_ACCESS_TOKEN: "abc" };
    const apiServer = "https://api.euc1.sh.basespace.illumina.com/";
    const serverBy = async (region: string): Promise<string> =>
      (await resolveConfig({ apiServer, region }, environment(home, variables))).connection
        .apiServer;
    expect(await serverBy("euc1")).toBe(apiServer);
    await expect(serverBy("mars")).rejects.toThrow(/no BaseSpace region "mars"/);
    await expect(serverBy("use1")).rejects.toMatchObject({
      reason: "usage",
      message: `--api-server ${apiServer} and --region use1 name two servers`,
    });
  });

  it("[S4] keeps its folders where XDG says and never under /tmp", async () => {
    await using home = await tempDir();
    const variables = { BASESPACE_ACCESS_TOKEN: "abc" };
    const plain = await resolveConfig({}, environment(home, variables));
    expect(plain.folders).toEqual({
      cache: home.join(".cache/bsmount"),
      state: home.join(".local/state/bsmount"),
      staging: home.join(".local/state/bsmount/staging"),
      runtime: home.join(".local/state/bsmount/run"),
    });
    const xdg = { ...variables, XDG_RUNTIME_DIR: "/run/user/1000", XDG_CACHE_HOME: "relative" };
    const { folders } = await resolveConfig({}, environment(home, xdg));
    expect(folders.runtime).toBe("/run/user/1000/bsmount");
    expect(folders.cache).toBe(home.join(".cache/bsmount"));
  });

  it("refuses a memory cache that nothing can be read with", async () => {
    await using home = await tempDir();
    const given = { memoryCache: 1 };
    const variables = { BASESPACE_ACCESS_TOKEN: "abc" };
    await expect(resolveConfig(given, environment(home, variables))).rejects.toThrow(
      /of 1 byte is/,
    );
  });
});
