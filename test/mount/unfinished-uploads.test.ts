import { mkdir, readFile } from "node:fs/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Product, startProduct } from "../helpers/product.ts";
import { remoteResult } from "../helpers/remote-result.ts";
import type { CommandOutcome } from "../helpers/run-command.ts";

/* What was written and is not in BaseSpace when an app result, or the mount, is to end. */

const RESULTS = "projects/Phage lambda/appresults";
const OPTIONS = "rename or remove the files, or give --upload-temporary or --discard-temporary";

let product: Product;
let name: string;
let count = 0;

beforeAll(async () => {
  product = await startProduct({ mountArgs: null });
});

afterAll(async () => {
  await product?.[Symbol.asyncDispose]();
});

/** A mount with an app result of its own, for every test. */
beforeEach(async () => {
  name = `ends ${(count += 1)}`;
  const { code, stderr } = await product.bsmount(["mount", product.mountPoint]);
  expect(code, stderr).toBe(0);
  await mkdir(`${product.mountPoint}/${RESULTS}/${name}`);
  return async () => {
    await product.faults();
    if (!(await isMounted())) return;
    await product.bsmount(["unmount", "--lazy", "--discard-temporary", product.mountPoint]);
  };
});

async function write(script: string): Promise<void> {
  expect(await product.shell(script, `${RESULTS}/${name}/files`)).toMatchObject({ code: 0 });
}

/** A file of the result, as the mount shows it. */
function shown(file: string): string {
  return `/${RESULTS}/${name}/files/${file}`;
}

async function unmount(...flags: string[]): Promise<CommandOutcome> {
  return await product.bsmount(["unmount", ...flags, product.mountPoint]);
}

async function complete(...flags: string[]): Promise<CommandOutcome> {
  return await product.bsmount(["complete", ...flags, `${product.mountPoint}/${RESULTS}/${name}`]);
}

async function isMounted(): Promise<boolean> {
  return (await readFile("/proc/self/mountinfo", "utf8")).includes(` ${product.mountPoint} `);
}

/** What is in BaseSpace, by a look that has nothing to do with the mount. */
async function remote(): Promise<readonly string[]> {
  return Object.keys((await remoteResult(product.emulator, name)).files).sort();
}

async function lastLines(): Promise<string> {
  const log = product.mountPoint.slice(1).replaceAll("/", "-");
  return await readFile(product.dir.join(`state/bsmount/log/${log}.log`), "utf8");
}

describe("a file under a temporary name", () => {
  it("[W12] keeps the mount up and is named, until it has another name", async () => {
    await write("echo x > f.tmp");
    const { code, stderr } = await unmount();
    expect(code).toBe(3);
    expect(stderr).toBe(
      `bsmount: cannot unmount ${product.mountPoint}, which stays mounted: ` +
        `${shown("f.tmp")} has a temporary name\n  try: ${OPTIONS}\n`,
    );
    expect(await isMounted()).toBe(true);
    const { stdout } = await product.bsmount(["status"]);
    expect(stdout).toContain(
      `${product.mountPoint}  files not in BaseSpace yet: 1 awaiting a rename or a commit\n`,
    );
    expect((await product.bsmount(["uploads"])).stdout).toMatch(
      new RegExp(`^awaiting rename +\\d+ +2 B .* ${shown("f.tmp")} `, "m"),
    );
    await write("mv f.tmp f");
    expect(await unmount()).toMatchObject({ code: 0, stderr: "" });
    expect(await remote()).toEqual(["f"]);
  });

  it("is uploaded under it when the user says so, even if parts were uploaded under the final name", async () => {
    await write("echo x > 4913; head -c 20000000 /dev/zero > big.part");
    expect(await unmount("--upload-temporary")).toMatchObject({ code: 0 });
    expect(await isMounted()).toBe(false);
    expect(await remote()).toEqual(["4913", "big.part"]);
  });

  it("is given up when the user says so", async () => {
    await write("echo x > f.tmp; echo y > g");
    expect(await unmount("--discard-temporary")).toMatchObject({ code: 0, stderr: "" });
    expect(await remote()).toEqual(["g"]);
  });

  it("stays in staging when the mount is detached, and is named", async () => {
    await write("echo x > f.tmp");
    const { code, stderr } = await unmount("--lazy");
    expect(code).toBe(3);
    expect(stderr).toContain(`not uploaded: ${shown("f.tmp")}; bsmount uploads list shows where`);
    expect(stderr).toContain(`${product.mountPoint} is unmounted, but not everything is done:\n`);
    expect(await isMounted()).toBe(false);
    await expect.poll(lastLines, { timeout: 30_000 }).toMatch(/"path":"f\.tmp".*not uploaded/);
    const { stdout } = await product.bsmount(["uploads"]);
    expect(stdout).toMatch(new RegExp(`left behind \\(closed\\) +- +2 B .* ${shown("f.tmp")} `));
  });

  it("does not keep a signal from ending the mount; the log names it", async () => {
    await write("echo x > g.tmp");
    const { stdout } = await product.bsmount(["status", "--json", product.mountPoint]);
    const [status] = JSON.parse(stdout) as { pid: number }[];
    process.kill(status?.pid ?? 0, "SIGTERM");
    await expect.poll(isMounted, { timeout: 30_000 }).toBe(false);
    await expect.poll(lastLines, { timeout: 30_000 }).toMatch(/"path":"g\.tmp".*not uploaded/);
  });

  it("prevents completing an app result, unless the user decides what happens to it", async () => {
    await write("echo x > f.tmp; echo y > g");
    const { code, stderr } = await complete();
    expect(code).toBe(3);
    expect(stderr).toBe(
      `bsmount: cannot make ${name} Complete: ${shown("f.tmp")} has a temporary name\n` +
        `  try: ${OPTIONS}\n`,
    );
    expect(await complete("--upload-temporary")).toMatchObject({ code: 0, stderr: "" });
    expect(await remote()).toEqual(["f.tmp", "g"]);
  });

  it("is discarded when the result is completed without it", async () => {
    await write("echo x > f.tmp; echo y > g");
    expect(await complete("--discard-temporary")).toMatchObject({ code: 0, stderr: "" });
    expect((await product.shell("ls -A", `${RESULTS}/${name}/files`)).stdout).toBe("g\n");
    expect(await unmount()).toMatchObject({ code: 0 });
    expect(await complete("--upload-temporary", "--discard-temporary")).toMatchObject({ code: 2 });
  });
});

describe("uploads that are not done", () => {
  it("are waited for, with a line that says how many", async () => {
    await product.faults("POST /appresults/*/files delay=4s");
    await write("touch later");
    expect(await unmount()).toMatchObject({
      code: 0,
      stderr: "waiting for 1 upload, 0 B left\n",
    });
    expect(await remote()).toEqual(["later"]);
  });

  it("keep the mount up when they fail, and are named with the reason", async () => {
    await product.faults("POST /appresults/*/files status=400");
    expect((await product.shell("cp /proc/version f", `${RESULTS}/${name}/files`)).code).toBe(1);
    const { code, stderr } = await unmount();
    expect(code).toBe(3);
    expect(stderr).toMatch(new RegExp(`not uploaded: ${shown("f")} \\(.*400.*\\)\n  try: `));
    expect(await isMounted()).toBe(true);
    await product.faults();
    expect(await unmount()).toMatchObject({ code: 0, stderr: "" });
    expect(await remote()).toEqual(["f"]);
  });

  it("do not make a busy mount less busy, and it takes new files afterwards", async () => {
    const holder = product.shell(
      // Bash has opened the file, and ends by itself.
      "exec 3> open; echo go > started; sleep 60; true",
      `${RESULTS}/${name}/files`,
    );
    await expect.poll(remote, { timeout: 30_000 }).toContain("started");
    const { code, stderr } = await unmount();
    expect([code, stderr]).toEqual([1, expect.stringContaining("is in use by")]);
    await write("echo z > h");
    const pid = /(\d+) \(sleep/.exec(stderr)?.[1];
    process.kill(Number(pid), "SIGKILL");
    await holder;
    expect(await unmount()).toMatchObject({ code: 0 });
  });
});

describe("a rename whose upload fails", () => {
  const inFiles = async (script: string): Promise<CommandOutcome> =>
    await product.shell(script, `${RESULTS}/${name}/files`);

  beforeEach(async () => {
    await product.faults("POST /appresults/*/files status=400");
    await write("echo earlier > out.txt; echo new > out.txt.tmp");
  });

  it("[W10] leaves both names as they were, so that the same command can be given again", async () => {
    for (const _attempt of ["first", "second"]) {
      const { code, stderr } = await inFiles("mv out.txt.tmp out.txt");
      expect([code, stderr]).toEqual([1, expect.stringContaining("Input/output error")]);
      expect(await inFiles("ls -A; cat out.txt out.txt.tmp")).toMatchObject({
        code: 0,
        stdout: "out.txt\nout.txt.tmp\nearlier\nnew\n",
      });
    }
    await product.faults();
    await write("mv out.txt.tmp out.txt");
    expect((await inFiles("ls -A; cat out.txt")).stdout).toBe("out.txt\nnew\n");
    expect(await remote()).toEqual(["out.txt"]);
  });

  it("[W10] has hidden the file that it was to replace when that is open, until it is closed", async () => {
    const { stdout } = await inFiles(
      "exec 3< out.txt; mv out.txt.tmp out.txt || ls -A; cat <&3; exec 3<&-; sleep 1; ls -A",
    );
    expect(stdout).toMatch(/^\.fuse_hidden\w+\nout\.txt\.tmp\nearlier\nout\.txt\.tmp\n$/);
  });
});

describe("a mount that cannot be reached", () => {
  it("[W15] killed, keeps its result from being completed with the older version of a file", async () => {
    await write("echo one > calls.vcf");
    await expect.poll(remote).toEqual(["calls.vcf"]);
    const mounted = await product.bsmount(["status", "--json"]);
    const [{ pid }] = JSON.parse(mounted.stdout) as [{ pid: number }];
    const script =
      "exec 8<>calls.vcf; echo corrected >&8; sync calls.vcf; echo 1 > synced; sleep 5";
    const writer = product.shell(script, `${RESULTS}/${name}/files`);
    await expect.poll(remote, { timeout: 30_000 }).toContain("synced");
    process.kill(pid, "SIGKILL");
    await product.bsmount(["unmount", "--lazy", product.mountPoint]);
    expect(await product.bsmount(["mount", product.mountPoint])).toMatchObject({ code: 0 });
    const result = `${RESULTS}/${name}`;
    for (const [path, why] of [
      [`bs:/${result}`, /not uploaded yet: .*files\/calls\.vcf/],
      [`${product.mountPoint}/${result}`, /files\/calls\.vcf was interrupted/],
    ] as const) {
      expect(await product.bsmount(["complete", path])).toMatchObject({
        code: 3,
        stderr: expect.stringMatching(why),
      });
    }
    await writer;
  });

  it("[W12] for it has another user's folders, is taken down with --lazy alone", async () => {
    await write("echo held > x.tmp");
    const env = { XDG_RUNTIME_DIR: product.dir.join("elsewhere") };
    await mkdir(env.XDG_RUNTIME_DIR, { mode: 0o700, recursive: true });
    expect(await product.bsmount(["unmount", product.mountPoint], env)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/no known process serves.*\n {2}try: .*XDG_RUNTIME_DIR/s),
    });
    expect(await product.bsmount(["unmount", "--all"], env)).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/warning: left alone: .* yours, mounted with another/),
    });
    expect(await isMounted()).toBe(true);
    expect((await product.bsmount(["unmount", "--lazy", product.mountPoint], env)).code).toBe(0);
    expect(await isMounted()).toBe(false);
  });
});
