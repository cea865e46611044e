import { mkdir, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import type { Environment } from "../../src/config/environment.ts";
import type { GivenOptions } from "../../src/config/option-values.ts";
import { resolveSignIn } from "../../src/config/sign-in.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";

function environment(home: TempDir, variables: Record<string, string> = {}): Environment {
  return { variables, home: home.path, uid: 1000, gid: 1000 };
}

async function homeWith(text: string): Promise<TempDir> {
  const home = await tempDir();
  await mkdir(home.join(".basespace"));
  await writeFile(home.join(".basespace/default.cfg"), text, { mode: 0o600 });
  return home;
}

const PROFILE = "[DEFAULT]\napiServer = https://a.example\nclientKey = k\nclientSecret = s\n";

describe("resolveSignIn", () => {
  it("takes server and app from the profile, and stores the token there", async () => {
    await using home = await homeWith(PROFILE);
    expect(await resolveSignIn({}, environment(home))).toMatchObject({
      profile: "default",
      location: { file: home.join(".basespace/default.cfg"), section: "DEFAULT" },
      apiServer: "https://a.example",
      clientId: "k",
      clientSecret: "s",
      scopes: "BROWSE GLOBAL,READ GLOBAL,CREATE GLOBAL,CREATE PROJECTS",
    });
  });

  it("creates a file for a profile that does not exist", async () => {
    await using home = await homeWith(PROFILE);
    const config = await resolveSignIn({ profile: "lab", region: "euc1" }, environment(home));
    expect(config).toMatchObject({
      location: { file: home.join(".basespace/lab.cfg"), section: "DEFAULT" },
      apiServer: "https://api.euc1.sh.basespace.illumina.com",
      clientId: undefined,
      clientSecret: undefined,
    });
  });

  it("lets flags win over the environment, and that over the profile", async () => {
    await using home = await homeWith(PROFILE);
    await writeFile(home.join("secret"), "from-file\n", { mode: 0o600 });
    const variables = {
      BASESPACE_CLIENT_ID: "env-id",
      BASESPACE_CLIENT_SECRET_FILE: home.join("secret"),
    };
    const byVariable = await resolveSignIn({}, environment(home, variables));
    expect(byVariable).toMatchObject({ clientId: "env-id", clientSecret: "from-file" });
    const byFlag = await resolveSignIn({ clientId: "flag-id" }, environment(home, variables));
    expect(byFlag).toMatchObject({ clientId: "flag-id", clientSecret: "from-file" });
  });

  it("takes the server of a flag, else of a profile that a flag names, else of the environment", async () => {
    await using home = await homeWith(
      "[DEFAULT]\napiServer = https://a.example\naccessToken = t\n",
    );
    const variables = { BASESPACE_API_SERVER: "https://env.example" };
    const serverBy = async (given: GivenOptions): Promise<string> =>
      (await resolveSignIn(given, environment(home, variables))).apiServer;
    expect(await serverBy({ apiServer: "https://flag.example" })).toBe("https://flag.example");
    expect(await serverBy({ profile: "default" })).toBe("https://a.example");
    expect(await serverBy({ profile: "new" })).toBe("https://env.example");
    expect(await serverBy({})).toBe("https://env.example");
  });

  it("[S5] says so when the profile's app would be used at another server than its own", async () => {
    await using home = await homeWith(PROFILE);
    await writeFile(home.join("secret"), "s", { mode: 0o600 });
    const file = home.join(".basespace/default.cfg");
    const server = { apiServer: "https://b.example" };
    expect(await resolveSignIn(server, environment(home))).toMatchObject({
      clientId: "k",
      moved: { file, from: "https://a.example", to: "https://b.example" },
    });
    const variables = { BASESPACE_API_SERVER: "https://b.example/v2" };
    expect(await resolveSignIn({}, environment(home, variables))).toMatchObject({
      moved: { to: "https://b.example" },
    });
    const same = { apiServer: "https://A.example/v1pre3" };
    expect((await resolveSignIn(same, environment(home))).moved).toBeUndefined();
    const given = { ...server, clientSecretFile: home.join("secret") };
    expect((await resolveSignIn(given, environment(home))).moved).toBeUndefined();
  });

  it("[S5] refuses to move a profile with another app to another server", async () => {
    await using home = await homeWith(PROFILE);
    await writeFile(home.join("secret"), "other", { mode: 0o600 });
    const clientSecretFile = home.join("secret");
    const server = { apiServer: "https://b.example" };
    for (const app of [
      { clientId: "other" },
      { clientId: "other", clientSecretFile },
      { clientSecretFile },
    ]) {
      await expect(resolveSignIn({ ...server, ...app }, environment(home))).rejects.toMatchObject({
        reason: "usage",
        message: expect.stringMatching(
          /another app, which belongs to https:\/\/a\.example.*https:\/\/b\.example/,
        ) as string,
      });
    }
  });

  it("lets the first sign-in of a profile decide where its app is registered", async () => {
    await using home = await homeWith("[DEFAULT]\nclientKey = k\nclientSecret = s\n");
    const config = await resolveSignIn({ region: "euc1" }, environment(home));
    expect(config).toMatchObject({ clientId: "k", clientSecret: "s", moved: undefined });
  });

  it("[S5] knows where an app is registered once its profile has a token, server named or not", async () => {
    await using home = await homeWith(
      "[DEFAULT]\naccessToken = t\nclientKey = k\nclientSecret = s\n",
    );
    const from = "https://api.basespace.illumina.com";
    const moved = { file: home.join(".basespace/default.cfg"), from, to: "https://b.example" };
    const byFlag = await resolveSignIn({ apiServer: "https://b.example" }, environment(home));
    expect(byFlag.moved).toEqual(moved);
    const variables = { BASESPACE_API_SERVER: "https://b.example/v2" };
    expect((await resolveSignIn({}, environment(home, variables))).moved).toEqual(moved);
    expect((await resolveSignIn({ region: "use1" }, environment(home))).moved).toBeUndefined();
  });

  it("does not pair an app's id with another app's secret", async () => {
    await using home = await homeWith(PROFILE);
    const other = await resolveSignIn({ clientId: "other" }, environment(home));
    expect(other).toMatchObject({ clientId: "other", clientSecret: undefined });
  });

  it("[S3] refuses a secret that others can read, and a file without one", async () => {
    await using home = await homeWith(PROFILE);
    await writeFile(home.join("open"), "s", { mode: 0o644 });
    await writeFile(home.join("empty"), "", { mode: 0o600 });
    for (const name of ["open", "empty", "missing"]) {
      const given = { clientSecretFile: home.join(name) };
      await expect(resolveSignIn(given, environment(home))).rejects.toMatchObject({
        reason: "usage",
      });
    }
  });
});
