import { chmod, mkdir, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCommand } from "../helpers/run-command.ts";
import { type Product, startProduct } from "../helpers/product.ts";

const NO_TOKEN = { BASESPACE_ACCESS_TOKEN: undefined };

/* Mounts that are refused before anything is mounted. */

let product: Product;

beforeAll(async () => {
  product = await startProduct({ mountArgs: null });
});

afterAll(async () => {
  await product?.[Symbol.asyncDispose]();
});

const mountPoint = async (): Promise<string> => await product.newMountPoint();

describe("a mount that fails prints the reason in one line, and the remedy", () => {
  const cases: readonly (readonly [
    string,
    number,
    RegExp,
    () => Promise<readonly [readonly string[], Record<string, string | undefined>]>,
  ])[] = [
    [
      "without a token",
      4,
      /no access token was found: searched .*\n {2}try: .*bs auth/,
      async () => [[await mountPoint()], NO_TOKEN],
    ],
    [
      "with a token that the service does not know",
      4,
      /the access token of BASESPACE_ACCESS_TOKEN was refused by http:.*401.*\n {2}try: .*unset it/,
      async () => [[await mountPoint()], { BASESPACE_ACCESS_TOKEN: "0".repeat(32) }],
    ],
    [
      "with a server that does not respond",
      1,
      /127\.0\.0\.1:1\b/,
      async () => [[await mountPoint(), "--api-server", "http://127.0.0.1:1"], {}],
    ],
    [
      "with plain http to another machine",
      2,
      /http/,
      async () => [[await mountPoint(), "--api-server", "http://basespace.example"], {}],
    ],
    ["on a folder that is not there", 2, /mkdir/, async () => [[product.dir.join("missing")], {}]],
    [
      "on a file",
      2,
      /it is not a folder\n {2}try: give an empty folder/,
      async () => {
        await writeFile(product.dir.join("plain"), "");
        return [[product.dir.join("plain")], {}];
      },
    ],
    [
      "on a folder that is not empty",
      2,
      /not empty, and a mount would hide what is in it\n {2}try: choose an empty folder\n/,
      async () => {
        const at = await mountPoint();
        await writeFile(`${at}/file`, "");
        return [[at], {}];
      },
    ],
    [
      "on a file",
      2,
      /not a folder/,
      async () => {
        const at = product.dir.join("file");
        await writeFile(at, "");
        return [[at], {}];
      },
    ],
    [
      "with an unknown option",
      2,
      /unknown option '--colour'/,
      async () => [["/mnt", "--colour"], {}],
    ],
    [
      "with a size that is none",
      2,
      /is not a size such as/,
      async () => [["/mnt", "--memory-cache", "lots"], {}],
    ],
    [
      "with a profile that is not there",
      2,
      /no profile "lab"/,
      async () => [[await mountPoint(), "--profile", "lab"], NO_TOKEN],
    ],
    [
      "with a profile that others can read",
      2,
      /chmod 600/,
      async () => {
        await mkdir(product.dir.join(".basespace"), { recursive: true });
        const file = product.dir.join(".basespace/open.cfg");
        await writeFile(file, "[DEFAULT]\naccessToken = abc\n");
        await chmod(file, 0o644);
        return [[await mountPoint(), "--profile", "open"], NO_TOKEN];
      },
    ],
  ];

  it.each(cases)("%s", async (_title, code, message, prepare) => {
    const [args, env] = await prepare();
    const outcome = await product.bsmount(["mount", ...args], env);
    expect(outcome.stderr).toMatch(message);
    expect(outcome.code).toBe(code);
    expect(outcome.stdout).toBe("");
    expect(outcome.stderr).not.toContain(product.emulator.accessToken);
    expect(outcome.stderr.trim().split("\n").length).toBeLessThanOrEqual(3);
    const emptyLogs = await runCommand("find", [
      product.dir.join("state"),
      "-size",
      "0",
      "-name",
      "*.log",
    ]);
    expect(emptyLogs.stdout).toBe("");
  });
});
