import { mkdir, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import type { Environment } from "../../src/config/environment.ts";
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
  it("takes server and app from the profile, and writes back to where that stands", async () => {
    await using home = await homeWith(PROFILE);
    expect(await resolveSignIn({}, environment(home))).toMatchObject({
      profile: "default",
      place: { file: home.join(".basespace/default.cfg"), section: "DEFAULT" },
      apiServer: "https://a.example",
      clientId: "k",
      clientSecret: "s",
      scopes: "BROWSE GLOBAL,READ GLOBAL,CREATE GLOBAL,CREATE PROJECTS",
    });
  });

  it("makes a file of its own for a profile that is not there", async () => {
    await using home = await homeWith(PROFILE);
    const config = await resolveSignIn({ profile: "lab", region: "euc1" }, environment(home));
    expect(config).toMatchObject({
      place: { file: home.join(".basespace/lab.cfg"), section: "DEFAULT" },
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
      BASESPACE_API_SERVER: "https://env.example",
    };
    const byVariable = await resolveSignIn({}, environment(home, variables));
    expect(byVariable).toMatchObject({
      apiServer: "https://env.example",
      clientId: "env-id",
      clientSecret: "from-file",
    });
    const given = { clientId: "flag-id", apiServer: "https://flag.example" };
    expect(await resolveSignIn(given, environment(home, variables))).toMatchObject(given);
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
