import { mkdir, writeFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { lostScopes } from "../../src/api/oauth/scopes.ts";
import { OWN_CREDENTIALS } from "../../src/emulator/access/applications.ts";
import { runCli } from "../helpers/run-cli.ts";
import { startTestEmulator } from "../helpers/start-test-emulator.ts";
import { tempDir } from "../helpers/temp-dir.ts";

const OTHER_APP = { clientKey: "aa".repeat(16), clientSecret: "bb".repeat(16) };

// BaseSpace adds up what an app has been allowed; so fewer rights come from another app, or another user.
it("bsmount auth says in one line which rights the new token has lost", async () => {
  await using dir = await tempDir();
  const applications = [{ id: "90", name: "Lab", ...OTHER_APP }];
  const projects = [{ id: "12", name: "P" }];
  const catalog = { applications, projects };
  await using emulator = await startTestEmulator(catalog, { autoApprove: true });
  await mkdir(dir.join(".basespace"), { mode: 0o700 });
  const profile = `[DEFAULT]\napiServer = ${emulator.apiServer}\n`;
  await writeFile(dir.join(".basespace/default.cfg"), profile, { mode: 0o600 });
  const noToken = { apiServer: emulator.apiServer, accessToken: "" };
  const auth = async (scopes: string, app: typeof OTHER_APP = OWN_CREDENTIALS): Promise<string> => {
    const secretFile = dir.join("secret");
    await writeFile(secretFile, app.clientSecret, { mode: 0o600 });
    const client = ["--client-id", app.clientKey, "--client-secret-file", secretFile];
    const { exitCode, output } = await runCli(
      ["auth", "--scopes", scopes, ...client],
      noToken,
      dir,
    );
    expect([exitCode, output]).toEqual([0, expect.stringContaining("Signed in to")]);
    return output;
  };
  expect(await auth("browse global, write project 12")).not.toContain("warning");
  expect(await auth("read global")).not.toContain("warning");
  expect(await auth("browse global", OTHER_APP)).toContain(
    "bsmount: warning: the new token does not allow what the one before did: READ GLOBAL, WRITE PROJECT 12; --scopes asks for more\n",
  );
  expect((await runCli(["auth", "--revoke"], noToken, dir)).exitCode).toBe(0);
  expect(await auth("browse global", OTHER_APP)).not.toContain("warning");
});

it("a right that a wider one includes is not lost", () => {
  const before = ["BROWSE GLOBAL", "READ PROJECT 1", "CREATE PROJECT 1", "CREATE PROJECTS"];
  expect(lostScopes(before, ["READ GLOBAL", "WRITE PROJECT 1"])).toEqual(["CREATE PROJECTS"]);
  expect(lostScopes(["READ PROJECT 1", "READ RUN 2"], ["READ GLOBAL"])).toEqual([]);
  expect(lostScopes(["WRITE PROJECT 1"], ["WRITE PROJECT 2"])).toEqual(["WRITE PROJECT 1"]);
});

it("bsmount auth --revoke says whose token it revokes, and leaves that of the environment alone", async () => {
  await using dir = await tempDir();
  const stored = "0ld0".repeat(8);
  const tokens = [{ accessToken: stored, scopes: "" }];
  await using emulator = await startTestEmulator({ tokens });
  const { apiServer } = emulator;
  await mkdir(dir.join(".basespace"), { mode: 0o700 });
  const profile = dir.join(".basespace/default.cfg");
  const text = `[DEFAULT]\napiServer = ${apiServer}\naccessToken = ${stored}\n`;
  await writeFile(profile, text, { mode: 0o600 });
  const revoke = async (...args: readonly string[]): Promise<unknown> => {
    const { exitCode, output } = await runCli(["auth", "--revoke", ...args], emulator, dir);
    return [exitCode, output];
  };
  expect(await revoke()).toEqual([
    2,
    expect.stringMatching(
      /BASESPACE_ACCESS_TOKEN is set, and no profile is named\n {2}try: --prof/,
    ),
  ]);
  expect(await revoke("--profile", "default")).toEqual([
    0,
    expect.stringMatching(`^The token of ${profile} is revoked: ${apiServer} no longer accepts it`),
  ]);
  const still = await runCli(["whoami"], emulator, dir);
  expect(still.exitCode).toBe(0);
});
