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
