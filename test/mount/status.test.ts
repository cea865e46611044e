import { mkdir, readFile, writeFile } from "node:fs/promises";
import process from "node:process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Product, startProduct } from "../helpers/product.ts";
import { runCommand, runShell } from "../helpers/run-command.ts";

let product: Product;
let at: string;

beforeAll(async () => {
  product = await startProduct({ mountArgs: null });
  at = product.mountPoint;
});

afterAll(async () => {
  await product?.[Symbol.asyncDispose]();
});

/** The lines about the mounts of this test; the user may have others. */
async function status(env: Record<string, string> = {}): Promise<string> {
  const { code, stdout, stderr } = await product.bsmount(["status"], env);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const lines = stdout.split("\n").filter((line) => line.includes(at));
  return lines.map((line) => `${line}\n`).join("");
}

async function fields(): Promise<Record<string, unknown>> {
  const [first] = JSON.parse((await product.bsmount(["status", "--json", at])).stdout) as Record<
    string,
    unknown
  >[];
  return first ?? {};
}

async function mount(...args: string[]): Promise<number> {
  const { code, stdout, stderr } = await product.bsmount(["mount", at, ...args]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return Number(/process (\d+)/.exec(stdout)?.[1]);
}

describe("bsmount status of a mount of this user", () => {
  it("that was killed says so, with the command that removes it", async () => {
    process.kill(await mount(), "SIGKILL");
    await expect
      .poll(async () => (await runCommand("stat", ["-f", at])).stderr, { timeout: 20_000 })
      .toMatch(/not connected/);
    expect(await status()).toBe(
      `${at}  dead: its process was killed; bsmount unmount ${at} clears it\n`,
    );
    expect(await product.bsmount(["unmount", at])).toMatchObject({ code: 0, stderr: "" });
    expect(await status()).toBe("");
  });

  it("that was mounted with other folders distinguishes it from a dead one, even when it does not respond", async () => {
    const pid = await mount();
    const elsewhere = { XDG_RUNTIME_DIR: product.dir.join("elsewhere") };
    await mkdir(elsewhere.XDG_RUNTIME_DIR, { mode: 0o700 });
    try {
      expect(await status(elsewhere)).toMatch(
        /^\S+ {2}yours, mounted with another XDG_RUNTIME_DIR or XDG_STATE_HOME/,
      );
      process.kill(pid, "SIGSTOP");
      expect(await status(elsewhere)).toBe(
        `${at}  yours, but does not respond; bsmount unmount --lazy ${at} detaches it\n`,
      );
    } finally {
      process.kill(pid, "SIGCONT");
      await product.bsmount(["unmount", at]);
    }
  });

  it("names the source of its token", async () => {
    const { accessToken, apiServer } = product.emulator;
    const file = product.dir.join("token");
    await writeFile(file, accessToken, { mode: 0o600 });
    await mkdir(product.dir.join(".basespace"));
    const profile = `[DEFAULT]\napiServer = ${apiServer}\naccessToken = ${accessToken}\n`;
    await writeFile(product.dir.join(".basespace/lab.cfg"), profile, { mode: 0o600 });
    for (const [args, tokenKind, tokenSource, shown] of [
      [[], "environment", "BASESPACE_ACCESS_TOKEN", "BASESPACE_ACCESS_TOKEN"],
      [["--access-token-file", file], "file", file, file],
      [["--profile", "lab"], "profile", product.dir.join(".basespace/lab.cfg"), "lab"],
    ] as const) {
      await mount(...args);
      expect(await fields()).toMatchObject({ tokenKind, tokenSource });
      expect(await status()).toMatch(new RegExp(` ${shown} +\\d+ `));
      await product.bsmount(["unmount", at]);
    }
  });

  it("says that the service refuses its token, the remedy, and when that ends", async () => {
    await mount();
    try {
      expect(await fields()).not.toHaveProperty("tokenRefusedSince");
      await product.faults("* /v1pre3/* status=401", "* /v2/* status=401");
      await product.bsmount(["refresh", at]);
      expect((await runShell("ls projects", at)).code).not.toBe(0);
      expect(Date.parse(String((await fields())["tokenRefusedSince"]))).toBeGreaterThan(0);
      expect(await status()).toMatch(
        /refuses the token of BASESPACE_ACCESS_TOKEN since .*; unmount it, and mount again/,
      );
      await product.faults();
      expect((await runShell("ls projects", at)).code).toBe(0);
      expect(await fields()).not.toHaveProperty("tokenRefusedSince");
      expect(await status()).not.toContain("refuses");
      const log = await readFile(String((await fields())["logFile"]), "utf8");
      expect(log).not.toContain(product.emulator.accessToken);
    } finally {
      await product.faults();
      await product.bsmount(["unmount", at]);
    }
  });
});
