import { mkdir, open, readFile, stat } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BaseSpace } from "../../src/api/client.ts";
import { type Product, startProduct } from "../helpers/product.ts";
import { remoteResult } from "../helpers/remote-result.ts";
import type { CommandOutcome } from "../helpers/run-command.ts";

/* What a user can do about files that a killed mount has left, without a mount and with the next one. */

const RESULTS = "projects/Phage lambda/appresults";

let product: Product;

beforeAll(async () => {
  product = await startProduct({ mountArgs: null });
});

afterAll(async () => await product?.[Symbol.asyncDispose]());

const uploads = async (...args: string[]): Promise<CommandOutcome> =>
  await product.bsmount(["uploads", ...args]);

const shown = (result: string, name: string): string => `/${RESULTS}/${result}/files/${name}`;

/** Mounts, writes files whose uploads fail, and kills the mount. */
async function leftBehind(...results: readonly string[]): Promise<void> {
  const { stdout } = await product.bsmount(["mount", product.mountPoint]);
  await product.faults("POST /appresults/*/files status=400");
  for (const result of results) {
    await mkdir(`${product.mountPoint}/${RESULTS}/${result}`);
    await product.shell("cp /proc/version f; cp /proc/version g.tmp", `${RESULTS}/${result}/files`);
  }
  await product.faults();
  process.kill(Number(/process (\d+)/.exec(stdout)?.[1]), "SIGKILL");
}

async function states(): Promise<readonly string[]> {
  const { stdout } = await uploads("list", "--json");
  const listed = JSON.parse(stdout) as { state: string; upload: string; belongsTo: string }[];
  return listed.map(({ state, upload, belongsTo }) => `${state} ${upload} ${belongsTo}`);
}

/** Completes an app result without any mount. */
async function endElsewhere(name: string): Promise<void> {
  const { apiServer, accessToken } = product.emulator;
  await using client = new BaseSpace({ apiServer, accessToken });
  for await (const result of client.projects.appResults("1001")) {
    if (result.name !== name) continue;
    const { appSession } = await client.appResults.get(result.id);
    await client.appSessions.setStatus(appSession?.id ?? "", { status: "Complete" });
  }
}

describe("without a mount, bsmount uploads", () => {
  it("[W22] [W24] names what a killed mount left, copies it, and removes it or uploads it", async () => {
    await leftBehind("left");
    const [f, g] = [shown("left", "f"), shown("left", "g.tmp")];
    // The mount point is dead, and still names the files.
    expect(await uploads("wait", `${product.mountPoint}${f}`)).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/not uploaded: .*files\/f \(POST .*400/),
    });
    await product.bsmount(["unmount", "--lazy", product.mountPoint]);
    expect(await states()).toEqual([`left left behind ${f}`, `left left behind ${g}`]);
    expect((await uploads("wait", "--json")).code).toBe(3);
    expect(await uploads("retry", f)).toMatchObject({ code: 3 });

    const target = product.dir.join("copy of f");
    expect(await uploads("export", `bs:${f}`, target)).toMatchObject({ code: 0 });
    expect(await readFile(target, "utf8")).toBe(await readFile("/proc/version", "utf8"));
    expect((await stat(target)).mode & 0o777).toBe(0o600);
    // Copying takes nothing away, nor keeps the folder from the next one.
    expect(await uploads("discard", "--yes", g)).toMatchObject({
      code: 0,
      stdout: `discarded ${g}\n`,
    });
    expect(await states()).toEqual([`left left behind ${f}`]);
    expect(await uploads("resume")).toMatchObject({ code: 0, stdout: "uploaded 1 file\n" });
    expect(Object.keys((await remoteResult(product.emulator, "left")).files)).toEqual(["f"]);
    expect((await uploads("wait")).code).toBe(0);
  });
});

describe("with the next mount, bsmount uploads", () => {
  it("[W23] says what was closed, what was open, and what awaits a commit", async () => {
    const folder = `${product.mountPoint}/${RESULTS}/waiting`;
    const mounted = await product.bsmount(["mount", product.mountPoint, "--write-mode", "commit"]);
    await mkdir(folder);
    await product.shell("echo a > a", `${RESULTS}/waiting/files`);
    const writing = await open(`${folder}/files/b`, "w");
    await writing.write("b");
    process.kill(Number(/process (\d+)/.exec(mounted.stdout)?.[1]), "SIGKILL");
    await writing.close().catch(() => {});
    const [a, b] = [shown("waiting", "a"), shown("waiting", "b")];
    await expect
      .poll(async () => (await uploads("list")).stdout)
      .toMatch(new RegExp(`left behind \\(awaits commit\\) .* ${a} `));
    const { stdout, stderr } = await uploads("list");
    expect([stdout, stderr]).toEqual([
      expect.stringMatching(new RegExp(`left behind \\(open\\) .* ${b} `)),
      "",
    ]);
    expect(stdout).toContain("bsmount uploads resume --commit");
    const waited = await uploads("wait");
    expect(waited.stderr).toContain(`${a} (an ended mount left it behind: bsmount uploads resume`);
    expect(waited.stderr).toContain(`${b} (an ended mount left it behind while it was open: `);

    const next = await product.bsmount(["mount", product.mountPoint]);
    expect(next.stdout).toMatch(/^1 file .* left behind awaits a commit: bsmount uploads commit$/m);
    expect(next.stdout).not.toContain("uploading");
    expect((await uploads("list")).stdout).toMatch(
      /^A file that awaits a commit .* bsmount uploads commit PATH uploads it/m,
    );
    expect(await uploads("commit", a)).toMatchObject({ code: 0, stdout: `in BaseSpace: ${a}\n` });
    await product.shell(`rm ${b.slice(1).replace(" ", "\\ ")}`);
    expect(await product.bsmount(["unmount", product.mountPoint])).toMatchObject({ code: 0 });
    expect(await states()).toEqual([]);
  });

  it("[W23] [W24] says which of the files that were left can never be uploaded, and handles these too", async () => {
    await leftBehind("ended", "open");
    await endElsewhere("ended");
    await product.bsmount(["mount", product.mountPoint]);
    const [f, g] = [shown("ended", "f"), shown("ended", "g.tmp")];
    expect(await uploads("wait", shown("open", "f"))).toMatchObject({ code: 0 });
    expect((await states()).toSorted()).toEqual([
      `live awaiting rename ${shown("open", "g.tmp")}`,
      `live left behind ${f}`,
      `live left behind ${g}`,
    ]);
    const resumed = await uploads("resume", "--commit");
    expect(resumed).toMatchObject({ code: 3, stdout: "" });
    expect(resumed.stderr).toMatch(/not uploaded: .*ended\/files\/f \(final: .* is Complete/);
    const retried = await uploads("retry", `${product.mountPoint}${f}`);
    expect(retried.code).toBe(3);
    expect(retried.stderr).toMatch(/\(final: its app result is Complete; bsmount uploads export/);
    expect((await product.shell("cat .bsmount/uploads")).stdout).toMatch(
      /^left behind\t\d+\t0\t.*ended\/files\/f\tfinal: /m,
    );
    // What can be done is said once for both files.
    expect((await uploads("list")).stdout.match(/uploads export/g)).toHaveLength(1);
    const target = product.dir.join("saved");
    expect(await uploads("export", `bs:/${RESULTS}/ended`, target)).toMatchObject({ code: 0 });
    expect(await readFile(`${target}/files/f`, "utf8")).toBe(
      await readFile("/proc/version", "utf8"),
    );
    expect(await uploads("discard", "--yes", `bs:/${RESULTS}/ended`)).toMatchObject({
      code: 0,
      stdout: `discarded ${f}\ndiscarded ${g}\n`,
    });
    const unmounted = ["unmount", "--discard-temporary", product.mountPoint];
    expect(await product.bsmount(unmounted)).toMatchObject({ code: 0 });
    expect(await states()).toEqual([]);
  });
});
