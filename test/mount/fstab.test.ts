import { afterEach, expect, it } from "vitest";
import { type Product, startProduct } from "../helpers/product.ts";
import { runCommand, runShell } from "../helpers/run-command.ts";
import { tempDir } from "../helpers/temp-dir.ts";

const FILES = "projects/Phage lambda/appresults/Programs/files";

let product: Product;

afterEach(async () => await product?.[Symbol.asyncDispose]());

/** As mount(8) calls the command, through mount.fuse. */
async function mountWith(options: string): Promise<void> {
  product = await startProduct({ mountArgs: null });
  await product.newResult("Programs");
  const { code, stderr } = await product.bsmount(["bsmount", product.mountPoint, "-o", options]);
  expect([code, stderr]).toEqual([0, ""]);
}

async function mountFlags(): Promise<readonly string[]> {
  const { stdout } = await runCommand("findmnt", ["-n", "-o", "OPTIONS", product.mountPoint]);
  return stdout.trim().split(",");
}

/** Runs `true` from the mount; the loader maps it, for nothing here has a bit that makes it a program. */
async function runsProgram(): Promise<boolean> {
  await using local = await tempDir();
  const loader = await runCommand("sh", [
    "-c",
    "ls /lib64/ld-linux-*.so.2 /lib/ld-*.so* | head -1",
  ]);
  const copy = await product.shell("cp /bin/true program", FILES);
  expect(copy.code).toBe(0);
  const here = local.join("program");
  expect((await runCommand("cp", [`${product.mountPoint}/${FILES}/program`, here])).code).toBe(0);
  const program = loader.stdout.trim();
  expect((await runCommand(program, [here])).code).toBe(0);
  return (await runCommand(program, [`${product.mountPoint}/${FILES}/program`])).code === 0;
}

it("a mount with noexec, nosuid, nodev and noatime has these options", async () => {
  await mountWith("rw,noexec,nosuid,nodev,noatime,users");
  expect(await mountFlags()).toEqual(
    expect.arrayContaining(["noexec", "nosuid", "nodev", "noatime", "rw"]),
  );
  expect(await runsProgram()).toBe(false);
});

it("one without lets programs run, and is always nosuid and nodev", async () => {
  await mountWith("rw,dev,suid,_netdev,nofail");
  const flags = await mountFlags();
  expect(flags).toEqual(expect.arrayContaining(["nosuid", "nodev", "noatime", "rw"]));
  expect(flags).not.toContain("noexec");
  expect(await runsProgram()).toBe(true);
});

it("the commands of the systemd unit mount with its options, and unmount", async () => {
  product = await startProduct({ mountArgs: null });
  const unit = await product.bsmount(["mount", "--systemd", "--read-only", product.mountPoint]);
  // Nothing in it is for systemd alone to expand.
  expect(unit.stdout).not.toMatch(/^Exec.*[%$"\\]/m);
  const command = async (key: string): Promise<void> => {
    const line = new RegExp(`^${key}=-?(.*)$`, "m").exec(unit.stdout)?.[1] ?? "false";
    const env = { ...product.environment };
    expect(await runShell(line, "/", { env })).toMatchObject({ code: 0, stderr: "" });
  };
  expect(await mountFlags()).toEqual([""]);
  await command("ExecStart");
  expect(await mountFlags()).toContain("ro");
  await command("ExecStop");
  expect(await mountFlags()).toEqual([""]);
});
