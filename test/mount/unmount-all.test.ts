import { spawn } from "node:child_process";
import { mkdir, readlink } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { type Product, startProduct } from "../helpers/product.ts";
import { runCommand } from "../helpers/run-command.ts";

/** The mount points that bash completes; those of other tests of this machine are left out. */
async function offeredTo(command: string, product: Product): Promise<readonly string[]> {
  const { stdout } = await product.bsmount(["completion", "bash"]);
  const script = `${stdout}
    COMP_WORDS=(bsmount ${command} "$0/"); COMP_CWORD=2; _bsmount; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const offered = await runCommand("bash", ["-c", script, product.dir.path]);
  return offered.stdout.trim().split("\n").toSorted();
}

describe("bsmount umount --all", () => {
  it("takes all mounts that the shell offers down but for one that is busy, and says so of each", async () => {
    await using product = await startProduct();
    const { mountPoint: free } = product;
    const busy = product.dir.join("busy");
    await mkdir(busy);
    expect((await product.bsmount(["mount", busy])).code).toBe(0);
    expect(await offeredTo("unmount", product)).toEqual([free, busy].toSorted());
    const holder = spawn("bash", ["-c", 'cd "$0" && exec sleep 60', busy], { stdio: "ignore" });
    const gone = new Promise((resolve) => holder.once("close", resolve));
    try {
      await expect.poll(() => readlink(`/proc/${holder.pid}/cwd`), { timeout: 10_000 }).toBe(busy);
      const first = await product.bsmount(["umount", "--all"]);
      expect(first).toMatchObject({ code: 1, stdout: `unmounted ${free}\n` });
      expect(first.stderr).toContain(`${busy} is in use by ${holder.pid} (sleep`);
    } finally {
      holder.kill("SIGKILL");
      await gone;
    }
    const second = await product.bsmount(["umount", "--all"]);
    expect(second).toMatchObject({ code: 0, stdout: `unmounted ${busy}\n` });
    const third = await product.bsmount(["unmount", "--all"]);
    expect(third).toMatchObject({ code: 0, stdout: "nothing is mounted\n" });
  });
});
