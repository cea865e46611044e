import { mkdir, readdir } from "node:fs/promises";
import process from "node:process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Product, startProduct } from "../helpers/product.ts";
import { remoteResult } from "../helpers/remote-result.ts";

/* rm, mv and write modes as programs and users see them, through the kernel. */

const RESULTS = "projects/Phage lambda/appresults";

let product: Product;

beforeAll(async () => {
  product = await startProduct();
});

afterAll(async () => {
  await product?.[Symbol.asyncDispose]();
});

/** Makes an app result, and returns its folder of files. */
async function newResult(name: string): Promise<string> {
  await mkdir(`${product.mountPoint}/${RESULTS}/${name}`);
  return `${RESULTS}/${name}/files`;
}

/** What a script prints, run in a folder of the mount. */
async function run(script: string, folder: string): Promise<string> {
  const { code, stdout, stderr } = await product.shell(script, folder);
  expect({ script, code, stderr }).toEqual({ script, code: 0, stderr: "" });
  return stdout;
}

const remote = async (name: string): Promise<readonly string[]> =>
  Object.keys((await remoteResult(product.emulator, name)).files).sort();

const names = async (folder: string): Promise<readonly string[]> =>
  (await readdir(`${product.mountPoint}/${folder}`)).sort();

describe("a file that BaseSpace has", () => {
  it("[W28] is removed, listed as removed, and shown again when that is wanted", async () => {
    const folder = await newResult("rm");
    await run("echo one > f; rm f; mkdir -p d/e; echo two > d/e/g; rm -r d", folder);
    expect(await names(folder)).toEqual([]);
    expect(await remote("rm")).toEqual(["d/e/g", "f"]);
    const { stdout } = await product.bsmount(["uploads", "list", "--removed"]);
    expect(stdout).toContain(`/${folder}/f\n`);
    const json = JSON.parse(
      (await product.bsmount(["uploads", "list", "--removed", "--json"])).stdout,
    );
    expect(json).toContainEqual({
      id: expect.stringMatching(/^\d+$/),
      path: `/${folder}/d/e/g`,
      removed: expect.stringMatching(/^20\d\d-/),
    });
    const restored = await product.bsmount([
      "uploads",
      "restore-names",
      `${product.mountPoint}/${folder}/d`,
    ]);
    expect(restored).toMatchObject({ code: 0, stdout: "1 file is shown again\n" });
    await expect.poll(async () => await names(folder), { timeout: 5000 }).toEqual(["d"]);
    expect(await run("cat d/e/g", folder)).toBe("two\n");
    expect(await product.bsmount(["ls", `bs:/${folder}`])).toMatchObject({
      code: 0,
      stdout: "d/\n",
    });
  });

  it("[W28] is named when its result is completed, and stays hidden then", async () => {
    const folder = await newResult("done");
    await run("echo one > f; echo two > g; rm f", folder);
    const path = `${product.mountPoint}/${RESULTS}/done`;
    const { code, stdout } = await product.bsmount(["complete", path]);
    expect(code).toBe(0);
    expect(stdout).toContain(
      "1 file that was removed or replaced here stays in BaseSpace: bsmount uploads list --removed",
    );
    expect(await names(folder)).toEqual(["g"]);
    expect((await product.shell("rm g", folder)).stderr).toContain("Read-only file system");
  });

  it("refuses to restore what was never removed", async () => {
    const { code, stderr } = await product.bsmount([
      "uploads",
      "restore-names",
      "bs:/projects/none",
    ]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("bsmount uploads list --removed")]);
  });

  it("is read to its end by those who have it open when it is removed or replaced", async () => {
    const folder = await newResult("open");
    const script = `
      echo one > f; exec 3< f; rm f; echo two > f; cat <&3; cat f
      exec 4< f; echo three > g; mv g f; cat <&4; cat f; exec 3<&- 4<&-`;
    expect(await run(script, folder)).toBe("one\ntwo\ntwo\nthree\n");
    await expect.poll(async () => await names(folder)).toEqual(["f"]);
  });
});

describe("a folder whose files were removed while they are open", () => {
  it.each([
    ["reads one that BaseSpace has", "echo one > d/e/f; exec 3< d/e/f; rm -r d; cat <&3"],
    ["writes a new one", "exec 3> d/e/f; echo one >&3; rm -r d; echo two >&3; echo one"],
  ])("[W28] goes with the last of them, when somebody %s", async (_who, work) => {
    const folder = await newResult(`folder ${work.length}`);
    expect(await run(`mkdir -p d/e; { ${work}; } 2>&1; exec 3<&-`, folder)).toBe(
      "rm: cannot remove 'd/e': Directory not empty\none\n",
    );
    await expect.poll(async () => await names(`${folder}/d`)).toEqual([]);
    await run("rmdir d; mkdir -p d/e; touch d/e/g; rm d/e/g; rmdir d/e; ls -A d", folder);
  });

  it("stays when a file is made in it meanwhile", async () => {
    const folder = await newResult("stays");
    const script = "mkdir d; exec 3> d/f; rm -r d 2> /dev/null; echo one > d/g; exec 3>&-; rm d/g";
    await run(script, folder);
    await expect.poll(async () => await names(`${folder}/d`)).toEqual([]);
    expect(await names(folder)).toEqual(["d"]);
  });
});

describe("a file that BaseSpace has, whose bytes are staged", () => {
  it("[W2] is renamed, also onto another, and with its folder", async () => {
    const folder = await newResult("mv");
    await run("echo one > f; mv f g; echo two > h; mv g h; mkdir d; mv h d; mv d e", folder);
    expect(await run("ls; cat e/h", folder)).toBe("e\none\n");
    await expect.poll(async () => await remote("mv")).toContain("e/h");
  });
});

describe("an app result with a write mode of its own", () => {
  it("[W27] has it from mkdir, and finishes its files when it is completed", async () => {
    const path = `${RESULTS}/held`;
    const made = await product.bsmount(["mkdir", "--write-mode", "commit", `bs:/${path}`]);
    expect(made).toMatchObject({ code: 0 });
    await product.bsmount(["refresh", product.mountPoint]);
    const folder = `${path}/files`;
    const script =
      "echo one > f; mv f g; echo tmp > t; rm t; echo two > h; sed -i s/o/0/ h; cat g h";
    expect(await run(script, folder)).toBe("one\ntw0\n");
    expect(
      await run(
        'python3 -c \'import os; print(os.getxattr("..", "user.basespace.write_mode"))\'',
        folder,
      ),
    ).toBe("b'commit'\n");
    expect(await remote("held")).toEqual([]);
    const status = await product.bsmount(["status"]);
    expect(status.stdout).toContain("2 awaiting a rename or a commit");
    const completed = await product.bsmount(["complete", `${product.mountPoint}/${path}`]);
    expect(completed).toMatchObject({ code: 0 });
    expect(await remote("held")).toEqual(["g", "h"]);
  });

  it("[W27] has its files finished by uploads commit, all of them or one, an index after its data", async () => {
    const path = `${RESULTS}/committed`;
    await product.bsmount(["mkdir", "--write-mode", "commit", `bs:/${path}`]);
    await product.bsmount(["refresh", product.mountPoint]);
    await run(
      "echo 1 > a; echo 2 > b.vcf.gz.tbi; echo 3 > b.vcf.gz; echo 4 > c.tmp",
      `${path}/files`,
    );
    const shown = `/${path}/files`;
    const one = await product.bsmount(["uploads", "commit", `${product.mountPoint}${shown}/a`]);
    expect(one).toMatchObject({ code: 0, stdout: `in BaseSpace: ${shown}/a\n` });
    expect(await remote("committed")).toEqual(["a"]);
    const all = await product.bsmount(["uploads", "commit"]);
    expect(all).toMatchObject({
      code: 0,
      stdout: `in BaseSpace: ${shown}/b.vcf.gz\nin BaseSpace: ${shown}/b.vcf.gz.tbi\n`,
    });
    expect((await product.bsmount(["uploads", "commit"])).stdout).toBe("no file awaits a commit\n");
    expect(await remote("committed")).toEqual(["a", "b.vcf.gz", "b.vcf.gz.tbi"]);
    const left = await product.bsmount([
      "uploads",
      "commit",
      `${product.mountPoint}${shown}/c.tmp`,
    ]);
    expect([left.code, left.stderr]).toEqual([
      3,
      expect.stringContaining("its name is a temporary one"),
    ]);
    await run("rm c.tmp", `${path}/files`);
  });

  it("[W27] leaves its files to the next mount when it is killed, and resume commits them when told", async () => {
    const path = `${RESULTS}/killed`;
    await product.bsmount(["mkdir", "--write-mode", "commit", `bs:/${path}`]);
    await product.bsmount(["refresh", product.mountPoint]);
    await run("echo one > f", `${path}/files`);
    const [status] = JSON.parse((await product.bsmount(["status", "--json"])).stdout) as {
      pid: number;
    }[];
    process.kill(status?.pid ?? 0, "SIGKILL");
    await product.bsmount(["unmount", "--lazy", product.mountPoint]);
    const resumed = await product.bsmount(["uploads", "resume"]);
    expect([resumed.code, resumed.stderr]).toEqual([
      3,
      expect.stringContaining("it awaits a commit: give --commit"),
    ]);
    expect(await remote("killed")).toEqual([]);
    expect(await product.bsmount(["mount", product.mountPoint])).toMatchObject({ code: 0 });
    expect(await run("cat f; mv f g", `${path}/files`)).toBe("one\n");
    expect(await product.bsmount(["unmount", product.mountPoint])).toMatchObject({ code: 0 });
    expect(await remote("killed")).toEqual(["g"]);
    expect(await product.bsmount(["mount", product.mountPoint])).toMatchObject({ code: 0 });
  });

  it("has it from an extended attribute until that is empty", async () => {
    const folder = await newResult("attribute");
    const set = (value: string): string =>
      `python3 -c 'import os; os.setxattr("..", "user.basespace.write_mode", b"${value}")'`;
    await run(`${set("commit")}; echo one > f`, folder);
    await run(`${set("")}; echo two > g`, folder);
    expect(await remote("attribute")).toEqual(["g"]);
    expect((await product.shell(set("never"), folder)).stderr).toContain("Invalid argument");
    await run("echo three > f", folder);
    expect(await remote("attribute")).toEqual(["f", "g"]);
  });

  it("is not set for what is no app result", async () => {
    const { code, stderr } = await product.bsmount([
      "mkdir",
      "--write-mode",
      "back",
      "bs:/projects/x",
    ]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("--write-mode is for app results")]);
  });
});
