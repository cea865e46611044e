import { writeFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MountedEntity } from "../../src/index.ts";
import { type Product, startProduct } from "../helpers/product.ts";
import type { CommandOutcome } from "../helpers/run-command.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";

/* Paths in a mount as the inputs of apps. */

const CATALOG = {
  applications: [{ id: "90", name: "Caller" }],
  appSessions: [
    {
      id: "40",
      name: "former",
      application: "90",
      properties: [
        { name: "Input.project-id", type: "project", content: "v1pre3/projects/10" },
        { name: "Input.sample-id", type: "sample", content: "v1pre3/samples/20" },
        { name: "Input.vcf-id", type: "file", content: "v1pre3/files/60" },
      ],
    },
  ],
  projects: [
    {
      id: "10",
      name: "Demo",
      samples: [{ id: "20", name: "NA12878" }],
      appResults: [
        { id: "30", name: "calls/1", files: [{ id: "60", path: "files/a.vcf", content: "x" }] },
      ],
    },
  ],
  runs: [{ id: "50", name: "180101_M1" }],
};

let product: Product;
let folder: TempDir;

beforeAll(async () => {
  folder = await tempDir();
  await writeFile(folder.join("catalog.json"), JSON.stringify(CATALOG));
  product = await startProduct({ emulatorArgs: ["--catalog", folder.join("catalog.json")] });
});

afterAll(async () => {
  await product?.[Symbol.asyncDispose]();
  await folder?.[Symbol.asyncDispose]();
});

const RESULT = "projects/Demo/appresults/calls／1";

describe("a path in a mount", () => {
  it("is the entity that it shows", async () => {
    const at = async (path: string): Promise<MountedEntity> =>
      await MountedEntity.read(`${product.mountPoint}/${path}`);
    const project = await at("projects/Demo/");
    expect(project).toMatchObject({ id: "10", type: "project", name: "Demo" });
    expect(await project.metaData()).toMatchObject({ Id: "10", HrefSamples: expect.any(String) });
    expect(await project.accessToken()).toBe(undefined);
    expect(await at("runs/180101_M1")).toMatchObject({ id: "50", type: "run" });
    expect(await at(RESULT)).toMatchObject({ id: "30", type: "appresult", name: "calls/1" });
    const file = await at(`${RESULT}/files/files/a.vcf`);
    expect(file).toMatchObject({ id: "30", type: "appresult", filePath: "files/a.vcf" });
    await expect(at("projects")).rejects.toMatchObject({ reason: "usage" });
    await expect(at("projects/Demo/.id")).rejects.toMatchObject({ reason: "usage" });
  });

  it("is an argument of bsmount launch and await", async () => {
    const launch = async (...args: readonly string[]): Promise<CommandOutcome> =>
      await product.bsmount(["launch", "Caller", ...args, "--dry-run"]);
    const { mountPoint } = product;
    const paths = ["projects/Demo", "projects/Demo/samples/20", `${RESULT}/files/files/a.vcf`];
    for (const prefix of [mountPoint, "bs:"]) {
      const printed = await launch(...paths.map((path) => `${prefix}/${path}`));
      expect(printed).toMatchObject({ code: 0, stderr: "" });
      expect(JSON.parse(Buffer.from(printed.stdout, "latin1").toString())).toMatchObject({
        Name: "Caller : NA12878",
        Properties: [
          { Name: "Input.project-id", Content: "v1pre3/projects/10" },
          { Name: "Input.sample-id", Content: "v1pre3/samples/20" },
          { Name: "Input.vcf-id", Content: "v1pre3/files/60" },
        ],
      });
    }
    const wrong = await launch(`${mountPoint}/runs/180101_M1`, "20", "60");
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toMatch(/is a run, but must be a project/);
    const none = await launch(`${mountPoint}/projects`, "20", "60");
    expect(none.stderr).toMatch(/is no project, sample, app result, run or file/);
    const run = await product.bsmount(["await", `${mountPoint}/runs/180101_M1`]);
    expect(run).toMatchObject({ code: 0, stdout: "run 50 180101_M1: Complete\n" });
  });

  it("is refused when its mount shows another server", async () => {
    await using other = await startProduct({ mountArgs: null });
    const refused = await other.bsmount(["await", `${product.mountPoint}/runs/180101_M1`], {
      XDG_RUNTIME_DIR: product.environment["XDG_RUNTIME_DIR"],
    });
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(`is in a mount of ${product.emulator.apiServer}`);
  });
});
