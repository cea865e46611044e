import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Product, startProduct } from "../helpers/product.ts";

const RESULTS = "bs:/projects/Phage lambda/appresults";

let product: Product;

beforeAll(async () => {
  product = await startProduct({ mountArgs: null });
});

afterAll(async () => {
  await product?.[Symbol.asyncDispose]();
});

async function newResult(name: string): Promise<string> {
  await product.newResult(name);
  return `${RESULTS}/${name}/files`;
}

async function sessionOf(name: string): Promise<string> {
  const { stdout } = await product.bsmount(["cat", `${RESULTS}/${name}/.json`]);
  return (JSON.parse(stdout) as { AppSession: { Id: string } }).AppSession.Id;
}

describe("bsmount complete, abort, needs-attention", () => {
  it("set the status of an app result, by its path in a mount and by bs:", async () => {
    const files = await newResult("ended");
    await product.bsmount(["mount", product.mountPoint]);
    try {
      const inMount = `${product.mountPoint}/projects/Phage lambda/appresults/ended`;
      await product.shell("echo x > x", "projects/Phage lambda/appresults/ended/files");
      expect(
        await product.bsmount(["needs-attention", inMount, "--summary", "look"]),
      ).toMatchObject({ code: 0, stderr: "" });
      expect(await product.bsmount(["complete", `${inMount}/files/x`])).toMatchObject({
        code: 0,
        stdout: "/projects/Phage lambda/appresults/ended is Complete\n",
      });
      const { stderr } = await product.shell(`echo y > '${inMount}/files/y'`);
      expect(stderr).toMatch(/Read-only file system/);
    } finally {
      await product.bsmount(["unmount", "--lazy", product.mountPoint]);
    }
    const again = await product.bsmount(["abort", files]);
    expect(again.code).toBe(1);
    expect(again.stderr).toMatch(/ended is Complete: it can no longer change[^]*try: make a new/);
    expect(await product.bsmount(["complete", files])).toMatchObject({ code: 0, stderr: "" });
    const other = await product.bsmount(["complete", files, "--summary", "other"]);
    expect(other.stderr).toMatch(/its summary can no longer change/);
    const json = await product.bsmount(["cat", `${RESULTS}/ended/.json`]);
    expect(JSON.parse(json.stdout)).toMatchObject({ Status: "Complete", StatusSummary: "look" });
  });

  it("name on a mount the other results of the session, which end too", async () => {
    const folder = `${product.mountPoint}/projects/Phage lambda/appresults`;
    await product.bsmount(["mount", product.mountPoint]);
    try {
      await product.bsmount(["mkdir", `${RESULTS}/pair`]);
      await product.bsmount(["mkdir", `${RESULTS}/of it`, "--session", `${RESULTS}/pair`]);
      const ended = await product.bsmount(["complete", "--json", `${folder}/pair`]);
      expect([ended.code, ended.stderr]).toEqual([0, ""]);
      expect(JSON.parse(ended.stdout)).toEqual({
        path: `${RESULTS.slice("bs:".length)}/pair`,
        others: [`${RESULTS.slice("bs:".length)}/of it`],
        status: "Complete",
      });
    } finally {
      await product.bsmount(["unmount", "--lazy", product.mountPoint]);
    }
  });

  it("exit with 3 when a file can no longer get into the result, and say of a mount what is new", async () => {
    await product.bsmount(["mount", product.mountPoint]);
    try {
      const folder = `${product.mountPoint}/projects/Phage lambda/appresults`;
      await product.shell("ls", "projects/Phage lambda/appresults");
      const path = `${RESULTS}/early`;
      expect(await product.bsmount(["mkdir", path])).toMatchObject({ code: 0, stderr: "" });
      // The mount has the listing from before, and shows the result all the same.
      const { Id } = JSON.parse((await product.bsmount(["cat", `${path}/.json`])).stdout) as {
        readonly Id: string;
      };
      expect((await product.shell("ls", "projects/Phage lambda/appresults")).stdout).toContain(
        "early\n",
      );
      expect(await product.bsmount(["mkdir", "-p", "--write-mode", "commit", path])).toMatchObject({
        code: 0,
        stderr: expect.stringContaining("exists, and stays as it is"),
      });
      // A result in the same session, which is named by a path in the mount.
      const shared = ["mkdir", `${RESULTS}/shared`, "--session", `${folder}/early`];
      expect(await product.bsmount(shared)).toMatchObject({ code: 0, stderr: "" });
      expect(await sessionOf("shared")).toBe(await sessionOf("early"));
      // Somebody else completes it, after the mount has looked.
      await product.shell("ls", "projects/Phage lambda/appresults/early/files");
      const { apiServer, accessToken } = product.emulator;
      const authorization = `Bearer ${accessToken}`;
      const session = await fetch(`${apiServer}/v1pre3/appresults/${Id}`, {
        headers: { authorization },
      });
      const { Response: found } = (await session.json()) as {
        readonly Response: { readonly AppSession: { readonly Id: string } };
      };
      await fetch(`${apiServer}/v1pre3/appsessions/${found.AppSession.Id}`, {
        method: "POST",
        headers: { authorization, "content-type": "application/x-www-form-urlencoded" },
        body: "Status=Complete",
      });
      const late = await product.shell(`echo x | dd of='${folder}/early/files/late'`);
      expect(late.stderr).toMatch(/Stale file handle|closing output/);
      const { code, stderr } = await product.bsmount(["complete", `${folder}/early`]);
      expect([code, stderr]).toEqual([
        3,
        expect.stringMatching(/not uploaded: .*early\/files\/late \(final: /),
      ]);
      await product.bsmount(["uploads", "discard", "--yes", `${folder}/early/files/late`]);
      expect(await product.bsmount(["complete", `${folder}/early`])).toMatchObject({ code: 0 });
    } finally {
      await product.bsmount(["unmount", "--lazy", product.mountPoint]);
    }
  });

  it("set nothing on a mount that refuses every write", async () => {
    const files = await newResult("kept open");
    await product.bsmount(["mount", product.mountPoint, "--read-only"]);
    try {
      const inMount = `${product.mountPoint}/projects/Phage lambda/appresults/kept open`;
      const { code, stderr } = await product.bsmount(["complete", inMount]);
      expect(code).toBe(1);
      expect(stderr).toMatch(/--read-only[^]*try: mount without/);
    } finally {
      await product.bsmount(["unmount", "--lazy", product.mountPoint]);
    }
    const json = await product.bsmount(["cat", files.replace(/files$/, ".json")]);
    expect(JSON.parse(json.stdout)).toMatchObject({ Status: "Running" });
  });

  it("say so when the path is in no app result, and in no mount", async () => {
    expect((await product.bsmount(["complete", "bs:/projects"])).stderr).toMatch(
      /not in an app result/,
    );
    expect((await product.bsmount(["complete", product.dir.path])).stderr).toMatch(/status/);
  });
});
