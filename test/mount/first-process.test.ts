import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { type Product, startProduct } from "../helpers/product.ts";
import { runCommand, runShell } from "../helpers/run-command.ts";

const CLI = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const FILES = "projects/Phage lambda/appresults/Stopped/files";
/** Separate namespaces, as in a container; all processes end with the first one. */
const APART = ["--mount", "--pid", "--fork", "--mount-proc", "--kill-child=SIGKILL"];

/** Commands as in a small image: no fusermount. */
async function smallPath({ dir }: Product): Promise<string> {
  const bin = dir.join("bin");
  await mkdir(bin);
  const link = 'ln -s /usr/bin/{mount,umount,bash,sleep} "$0"';
  expect((await runCommand("bash", ["-c", link, bin])).code).toBe(0);
  return bin;
}

describe("a mount in the foreground that is the first process of a container", () => {
  it("ends by SIGTERM once open files are in BaseSpace, and needs no fusermount", async () => {
    await using product = await startProduct({ mountArgs: null });
    await product.newResult("Stopped");
    const env = { ...process.env, ...product.environment, PATH: await smallPath(product) };
    const args = [...APART, process.execPath, CLI, "mount", "-f", product.mountPoint];
    const container = spawn("/usr/bin/unshare", args, { env, stdio: ["ignore", "pipe", "pipe"] });
    const ended = once(container, "close");
    let said = "";
    container.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
    try {
      await once(createInterface({ input: container.stdout }), "line");
      const children = await readFile(
        `/proc/${container.pid}/task/${container.pid}/children`,
        "utf8",
      );
      const first = Number(children.trim());
      expect(await readFile(`/proc/${first}/status`, "utf8")).toMatch(/^NSpid:.*\t1$/m);
      const seen = `/proc/${first}/root${product.mountPoint}/${FILES}`;
      const writes = `exec 3> x.txt; echo one >&3; kill -TERM ${first}; sleep 1; echo two >&3`;
      expect(await runShell(writes, seen)).toMatchObject({ code: 0, stderr: "" });
      expect(await ended).toEqual([0, null]);
    } finally {
      container.kill("SIGKILL");
    }
    expect(said).not.toContain("Warning");
    const written = await product.bsmount(["cat", `bs:/${FILES}/x.txt`]);
    expect(written.stdout).toBe("one\ntwo\n");
  });
});
