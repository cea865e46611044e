import { mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { OWN_CREDENTIALS } from "../../src/emulator/access/applications.ts";
import { decideOnPage } from "../helpers/approval-page.ts";
import { openBrowser } from "../helpers/browser.ts";
import { startProduct } from "../helpers/product.ts";
import { openTerminal, type Terminal } from "../helpers/terminal.ts";

const CLI = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const { clientKey, clientSecret } = OWN_CREDENTIALS;
const NO_TOKEN = { BASESPACE_ACCESS_TOKEN: undefined, BASESPACE_API_SERVER: undefined };
const PATIENCE = { timeout: 60_000, interval: 200 };

/** What a pattern finds on the screen, as soon as it stands there. */
async function shown(terminal: Terminal, pattern: RegExp): Promise<string> {
  await expect.poll(async () => await terminal.screen(), PATIENCE).toMatch(pattern);
  return pattern.exec(await terminal.screen())?.[1] ?? "";
}

describe("sign-in", () => {
  it("[S1] goes from a terminal through the browser to a mount, and shows no secret", async () => {
    await using product = await startProduct({ mountArgs: null });
    const { apiServer } = product.emulator;
    const command = `${process.execPath} ${CLI} auth --profile lab --api-server ${apiServer} --client-id ${clientKey}`;
    const env = { ...NO_TOKEN, HOME: product.dir.path };
    await using terminal = await openTerminal(command, product.dir, env);
    await shown(terminal, /Client secret \(not shown\):/);
    await terminal.type(clientSecret);
    const address = await shown(terminal, /^\s+(http:\S+\/oauth\/device\?code=\w+)$/m);
    const code = await shown(terminal, /^\s+([a-z0-9]{5})$/m);

    {
      await using browser = await openBrowser();
      const page = await browser.newPage();
      await page.goto(address);
      expect(await page.locator(".code").textContent()).toBe(code);
      expect(await page.locator("li small").allTextContents()).toEqual([
        "BROWSE GLOBAL",
        "READ GLOBAL",
        "CREATE GLOBAL",
        "CREATE PROJECTS",
      ]);
      await page.getByRole("button", { name: "Approve" }).click();
      await page.getByRole("heading", { name: "Access approved" }).waitFor();
    }

    await shown(terminal, /Signed in to (\S+) as Demo User\./);
    const file = product.dir.join(".basespace/lab.cfg");
    const profile = await readFile(file, "utf8");
    const token = /^accessToken = ([0-9a-f]{32})$/m.exec(profile)?.[1] ?? "no token";
    expect(await terminal.screen()).not.toMatch(new RegExp(`${token}|${clientSecret}`));

    const who = await product.bsmount(["whoami", "--profile", "lab"], NO_TOKEN);
    expect(who).toMatchObject({ code: 0, stderr: "" });
    expect(who.stdout).toContain("allows: BROWSE GLOBAL, READ GLOBAL");
    const list = await product.bsmount(["profiles"], NO_TOKEN);
    expect(list.stdout).toBe(`lab  signed in  ${apiServer}  ${file}\n`);
    const at = product.mountPoint;
    const mounted = await product.bsmount(["mount", "--profile", "lab", at], NO_TOKEN);
    expect(mounted).toMatchObject({ code: 0, stderr: "" });
    expect((await product.shell("ls projects")).stdout).toContain("Phage lambda\n");
    expect(`${who.stdout}${list.stdout}${mounted.stdout}`).not.toContain(token);
  });

  it("[S1] again makes a mount work whose token was revoked", async () => {
    const emulatorArgs = ["--auto-approve"];
    await using product = await startProduct({ emulatorArgs, mountArgs: null });
    const secretFile = product.dir.join("secret");
    await writeFile(secretFile, clientSecret, { mode: 0o600 });
    const app = { BASESPACE_CLIENT_ID: clientKey, BASESPACE_CLIENT_SECRET_FILE: secretFile };
    const server = ["--api-server", product.emulator.apiServer];
    const signIn = async () => await product.bsmount(["auth", ...server], { ...NO_TOKEN, ...app });
    expect(await signIn()).toMatchObject({ code: 0, stderr: "" });
    const mount = ["mount", product.mountPoint, "--metadata-ttl", "0s"];
    expect(await product.bsmount(mount, NO_TOKEN)).toMatchObject({ code: 0, stderr: "" });
    const read = "cat 'projects/Phage lambda/appresults/Reference/files/lambda.fa' | wc -c";
    expect((await product.shell("ls projects")).code).toBe(0);

    const revoked = await product.bsmount(["auth", "--revoke"], NO_TOKEN);
    expect(revoked).toMatchObject({ code: 0, stderr: "" });
    expect((await product.bsmount(["whoami", ...server], NO_TOKEN)).code).toBe(4);
    expect((await product.shell(read)).stderr).toContain("Permission denied");
    expect(await signIn()).toMatchObject({ code: 0, stderr: "" });
    await expect.poll(async () => (await product.shell(read)).code, PATIENCE).toBe(0);
  });

  it("[S1] revokes the token of the profile that was named, and not another one", async () => {
    const emulatorArgs = ["--auto-approve"];
    await using product = await startProduct({ emulatorArgs, mountArgs: null });
    const secretFile = product.dir.join("secret");
    await writeFile(secretFile, clientSecret, { mode: 0o600 });
    const app = ["--client-id", clientKey, "--client-secret-file", secretFile];
    const lab = ["--profile", "lab"];
    const signedIn = await product.bsmount(["auth", ...lab, ...app]);
    expect(signedIn.stderr).toContain("BASESPACE_ACCESS_TOKEN is set");
    const revoked = await product.bsmount(["auth", "--revoke", ...lab]);
    expect(revoked.stdout).toMatch(/is revoked[^]*removed from \S+lab\.cfg/);
    expect(await product.bsmount(["whoami"])).toMatchObject({ code: 0 });
    expect((await product.bsmount(["whoami", ...lab], NO_TOKEN)).code).toBe(4);
  });

  it("[S5] takes a profile's app to another server when the user says yes, and not unasked", async () => {
    await using product = await startProduct({ emulatorArgs: ["--auto-approve"], mountArgs: null });
    const { apiServer } = product.emulator;
    const file = product.dir.join(".basespace/lab.cfg");
    await mkdir(product.dir.join(".basespace"), { mode: 0o700 });
    const app = `clientKey = ${clientKey}\nclientSecret = ${clientSecret}\n`;
    const before = `[DEFAULT]\napiServer = https://a.example\n${app}`;
    await writeFile(file, before, { mode: 0o600 });
    const args = ["auth", "--profile", "lab", "--api-server", apiServer];
    const unasked = await product.bsmount(args, NO_TOKEN);
    expect(unasked.code).toBe(2);
    expect(unasked.stderr).toMatch(/belongs to https:\/\/a\.example, .*\n {2}try: .*--profile/);

    const auth = `${process.execPath} ${CLI} ${args.join(" ")}`;
    const command = `${auth}; echo first: $?; ${auth}; echo second: $?`;
    const env = { ...NO_TOKEN, HOME: product.dir.path };
    await using terminal = await openTerminal(command, product.dir, env);
    await shown(terminal, /Send its secret to (\S+)\? \[y\/N\]/);
    await terminal.type("");
    expect(await shown(terminal, /first: (\d+)/)).toBe("2");
    expect(await readFile(file, "utf8")).toBe(before);
    await shown(terminal, /first:[^]*(Send its secret)/);
    await terminal.type("y");
    expect(await shown(terminal, /second: (\d+)/)).toBe("0");
    expect(await readFile(file, "utf8")).toContain(`apiServer = ${apiServer}\n${app}`);
    expect(await terminal.screen()).not.toContain(clientSecret);
  });

  it("names the ways out without an app, and ends when the user denies or presses Ctrl-C", async () => {
    await using product = await startProduct({ mountArgs: null });
    const without = await product.bsmount(["auth"], { BASESPACE_ACCESS_TOKEN: undefined });
    expect(without.code).toBe(4);
    expect(without.stderr).toContain("developer.basespace.illumina.com");
    expect(without.stderr).toContain("bs auth");

    const secretFile = product.dir.join("secret");
    await writeFile(secretFile, clientSecret, { mode: 0o600 });
    const auth = `${process.execPath} ${CLI} auth --api-server ${product.emulator.apiServer}`;
    const app = `--client-id ${clientKey} --client-secret-file ${secretFile}`;
    const env = { ...NO_TOKEN, HOME: product.dir.path };
    const command = `${auth} ${app}; echo first: $?; ${auth} ${app}; echo second: $?`;
    await using terminal = await openTerminal(command, product.dir, env);
    const address = await shown(terminal, /^\s+(http:\S+\/oauth\/device\?code=\w+)$/m);
    await decideOnPage(address, "deny");
    expect(await shown(terminal, /first: (\d+)/)).toBe("4");
    await shown(terminal, /first:[^]*(Ctrl-C cancels)/);
    await terminal.press("C-c");
    expect(await shown(terminal, /second: (\d+)/)).toBe("130");
    expect((await product.bsmount(["profiles"])).stdout).toContain("no profiles yet");
  });
});
