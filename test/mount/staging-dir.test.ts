import { chmod, mkdir, readdir, stat } from "node:fs/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { MountStatus } from "../../src/mount/mount-status.ts";
import { type Product, startProduct } from "../helpers/product.ts";
import { remoteResult } from "../helpers/remote-result.ts";

/* `--staging-dir`: a folder that was used yesterday and is not today. */

const RESULTS = "projects/Phage lambda/appresults";

let product: Product;
let local: string;

beforeAll(async () => {
  product = await startProduct({ mountArgs: null });
  local = product.dir.join("local/disk");
  await mkdir(product.dir.join("local"));
});
afterAll(async () => {
  await product?.[Symbol.asyncDispose]();
});

async function mount(...args: readonly string[]): Promise<void> {
  const { code, stderr } = await product.bsmount(["mount", product.mountPoint, ...args]);
  expect([code, stderr]).toEqual([0, expect.any(String)]);
}

async function status(): Promise<MountStatus | undefined> {
  const { stdout } = await product.bsmount(["status", "--json"]);
  return (JSON.parse(stdout) as readonly MountStatus[])[0];
}

async function isComplete(name: string): Promise<boolean> {
  return (await remoteResult(product.emulator, "r")).files[name] !== undefined;
}

it("[W15] what a killed mount left in its --staging-dir is listed without the option, and continued by the next mount", async () => {
  await mount("--staging-dir", local, "--write-mode", "back");
  expect((await stat(local)).mode & 0o777).toBe(0o700);
  expect(await status()).toMatchObject({ stagingDir: local });
  await product.shell("mkdir r", RESULTS);
  await product.faults("POST /appresults/*/files status=503");
  await product.shell("echo left > r/files/left", RESULTS);
  expect((await readdir(local)).some((name) => name.startsWith("mount-"))).toBe(true);
  process.kill((await status())?.pid ?? 0, "SIGKILL");
  const dead = await product.bsmount(["unmount", "--lazy", product.mountPoint]);
  expect([dead.code, dead.stderr]).toEqual([3, expect.stringContaining("left 1 file behind")]);
  const { stdout } = await product.bsmount(["uploads", "list"]);
  expect(stdout).toMatch(/left behind.*r\/files\/left/);
  expect(stdout).toContain(local);
  const refused = await product.bsmount(["complete", `bs:/${RESULTS}/r`]);
  expect([refused.code, refused.stderr]).toEqual([3, expect.stringContaining("r/files/left")]);
  await product.faults();
  await mount();
  await expect.poll(async () => await isComplete("left"), { timeout: 20_000 }).toBe(true);
  await product.shell("rm r/files/left; echo 2 > r/files/next", RESULTS);
  const ended = await product.bsmount(["unmount", product.mountPoint]);
  expect([ended.code, ended.stdout]).toEqual([0, expect.stringContaining("1 file")]);
  const left = await Promise.all(
    [local, product.dir.join("state/bsmount/staging")].map(async (folder) => await readdir(folder)),
  );
  expect(left.flat().filter((name) => name.startsWith("mount-"))).toEqual([]);
  expect(await readdir(product.dir.join("state/bsmount/staging-folders"))).toEqual([]);
});

it("[S3] a staging folder in the mount, in another mount, or of others is refused", async () => {
  await mount();
  const other = await product.newMountPoint();
  const open = product.dir.join("open");
  await mkdir(open);
  await chmod(open, 0o777);
  for (const [folder, why] of [
    [`${product.mountPoint}/projects`, /is in a mount of bsmount/],
    [`${other}/staging`, /which bsmount itself uses while mounted|is not empty/],
    [open, /is writable by others/],
  ] as const) {
    const { code, stderr } = await product.bsmount(["mount", other, "--staging-dir", folder]);
    expect([folder, code, stderr]).toEqual([
      folder,
      expect.any(Number),
      expect.stringMatching(why),
    ]);
    expect(code).not.toBe(0);
  }
  expect(await product.bsmount(["unmount", product.mountPoint])).toMatchObject({ code: 0 });
});
