import { mkdir, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { BaseSpace, LaunchPayload, LaunchSpecification } from "../../../src/index.ts";
import type { LaunchPayloadOptions } from "../../../src/index.ts";
import { startTestEmulator, type TestEmulator } from "../../helpers/start-test-emulator.ts";
import { type TempDir, tempDir } from "../../helpers/temp-dir.ts";

const usage = (text: RegExp): unknown =>
  expect.objectContaining({ reason: "usage", message: expect.stringMatching(text) as string });

const SPECIFICATION = new LaunchSpecification(
  [
    { name: "Input.sample-id", type: "sample[]" },
    { name: "Input.project-id", type: "project" },
    { name: "Input.genome-id", type: "string" },
    { name: "Input.tags", type: "string[]" },
  ],
  { "genome-id": "Human", tags: ["a", "b"] },
);

let emulator: TestEmulator;
let source: BaseSpace;
let dir: TempDir;

function payload(
  args: LaunchPayloadOptions["args"],
  more: Partial<LaunchPayloadOptions> = {},
  specification = SPECIFICATION,
): LaunchPayload {
  return new LaunchPayload(specification, { source, args, ...more });
}

/** A folder as BaseMount shows an entity. */
async function mounted(name: string, type: string, id: string): Promise<string> {
  const folder = dir.join(name);
  await mkdir(folder, { recursive: true });
  await writeFile(`${folder}/.id`, id);
  await writeFile(`${folder}/.type`, type);
  await writeFile(`${folder}/.json`, "{}");
  return folder;
}

beforeAll(async () => {
  dir = await tempDir();
  emulator = await startTestEmulator({
    applications: [{ id: "90", name: "Aligner" }],
    projects: [
      {
        id: "10",
        name: "first",
        samples: ["a", "b", "c", "d", "e"].map((name, at) => ({ id: String(20 + at), name })),
        appResults: [{ id: "30", name: "calls", files: [{ id: "60", path: "vcf/x.vcf" }] }],
      },
      { id: "11", name: "second", samples: [{ id: "40", name: "a" }] },
      { id: "12", name: "twice" },
      { id: "13", name: "twice" },
    ],
    runs: [{ id: "50", name: "180101_M1", experimentName: "Exp" }],
  });
  const { apiServer, accessToken } = emulator;
  source = new BaseSpace({ apiServer, accessToken, environment: {} });
});

afterAll(async () => {
  await source.close();
  await emulator.close();
  await dir[Symbol.asyncDispose]();
});

beforeEach(() => emulator.clearRequests());

describe("a launch payload", () => {
  it("takes arguments in the order of the minimum requirements, and options", async () => {
    const values = await payload(["10", ["20", "21"]], {
      options: { "genome-id": "Mouse" },
    }).values();
    expect(Object.fromEntries(values)).toEqual({
      "project-id": "10",
      "sample-id": ["20", "21"],
      "genome-id": "Mouse",
    });
    expect(emulator.requests).toEqual([]);
    const byOption = await payload(['"20"'], { options: { "project-id": "10" } }).values();
    expect(byOption.get("sample-id")).toEqual(["20"]);
  });

  it("refuses another number of arguments, and an unknown option", () => {
    expect(() => payload(["10"])).toThrow(
      expect.objectContaining({
        reason: "usage",
        message: "the app takes 2 arguments, and 1 were given",
        remedy: "its arguments are, in this order: project-id (project) sample-id (sample[])",
      }),
    );
    expect(() => payload(["10", "20"], { options: { genom: "x" } })).toThrow(usage(/no input/));
  });

  it("finds entities by their names, samples in the projects of the launch", async () => {
    expect((await payload(["second", "a"]).values()).get("sample-id")).toEqual(["40"]);
    emulator.clearRequests();
    expect((await payload(["first", ["a", "e"]]).values()).get("sample-id")).toEqual(["20", "24"]);
    expect(emulator.requests.filter(({ path }) => path.endsWith("/samples"))).toHaveLength(1);
    const run = new LaunchSpecification([{ name: "Input.run-id", type: "run" }]);
    expect((await payload(["Exp"], {}, run).values()).get("run-id")).toBe("50");
    const samples = new LaunchSpecification([{ name: "Input.sample-id", type: "sample" }]);
    expect((await payload(["e"], {}, samples).values()).get("sample-id")).toBe("24");
    await expect(payload(["a"], {}, samples).values()).rejects.toMatchObject({
      reason: "usage",
      remedy: "give one by its Id: 20, 40",
    });
  });

  it.each([
    ["nothing", /there is no project called "nothing"/],
    ["twice", /several of the type project called "twice"/],
    ["", /a project is empty/],
    ["/no/where", /no entity in a mount: nothing is there/],
  ])("refuses the project %j", async (project, message) => {
    await expect(payload([project, "20"]).values()).rejects.toEqual(usage(message));
  });

  it("finds entities by their paths in a mount, and refuses those of another type", async () => {
    const sample = await mounted("Samples/a", "samples\n", "20\n");
    const values = await payload(["10", sample]).values();
    expect(values.get("sample-id")).toEqual(["20"]);
    await expect(payload([sample, "20"]).values()).rejects.toEqual(
      usage(/is a sample, but must be a project/),
    );
    await mkdir(`${sample}/.basemount`, { recursive: true });
    await writeFile(
      `${sample}/.basemount/Config.cfg`,
      "[DEFAULT]\naccessToken = 0123456789abcdef0\n",
    );
    expect((await payload(["10", sample]).values()).get("sample-id")).toEqual(["20"]);
    const other = payload(["10", sample], { accessToken: "f".repeat(32) });
    await expect(other.values()).rejects.toEqual(usage(/another access token/));
  });

  it("finds the file that a path in a mount shows", async () => {
    const result = await mounted("appresults/calls", "appresults\n", "30\n");
    await mkdir(`${result}/files/vcf`, { recursive: true });
    await writeFile(`${result}/files/vcf/x.vcf`, "");
    await writeFile(`${result}/files/vcf/y.vcf`, "");
    const file = new LaunchSpecification([{ name: "Input.file-id", type: "file" }]);
    const values = await payload([`${result}/files/vcf/x.vcf`], {}, file).values();
    expect(values.get("file-id")).toBe("60");
    const missing = payload([`${result}/files/vcf/y.vcf`], {}, file).values();
    await expect(missing).rejects.toEqual(usage(/no file vcf\/y\.vcf in appresult 30/));
    await expect(payload([result], {}, file).values()).rejects.toEqual(usage(/must be a file/));
    await expect(payload(["x.vcf"], {}, file).values()).rejects.toEqual(
      usage(/not the Id of a file/),
    );
  });

  it("names the launch by its samples, or its app results, or as LaunchName says", async () => {
    const name = async (args: readonly (string | string[])[]): Promise<string> =>
      await payload(args).launchName("App");
    expect(await name(["10", ["20", "b"]])).toBe("App : a+b");
    expect(await name(["10", ["20", "21", "22"]])).toBe("App : a+b+c");
    emulator.clearRequests();
    expect(await name(["10", ["20", "21", "22", "23", "24"]])).toBe("App : a+b+c+2more");
    expect(emulator.requests).toHaveLength(3);
    expect(await name(["10", ["999", "21"]])).toBe("App : b");
    const results = new LaunchSpecification([{ name: "Input.result", type: "appresult" }]);
    expect(await payload(["30"], {}, results).launchName("App")).toBe("App : calls");
    const none = new LaunchSpecification([]);
    expect(await payload([], {}, none).launchName("App")).toBe("App");
    const named = payload(["10", "20"], { options: { LaunchName: "mine" } });
    expect(await named.launchName("App")).toBe("mine");
    expect((await named.form("App")).Name).toBe("mine");
  });

  it("resolves the cells of tables, and names the launch by them", async () => {
    const table = new LaunchSpecification([
      {
        name: "Input.runs",
        type: "map",
        columns: [
          { name: "Input.runs.sample", type: "sample" },
          { name: "Input.runs.label", type: "string" },
        ],
      },
    ]);
    const made = payload(
      [
        [
          ["e", "x/y"],
          ["21", "z"],
        ],
      ],
      {},
      table,
    );
    expect((await made.values()).get("runs")).toEqual([
      ["24", "x/y"],
      ["21", "z"],
    ]);
    expect(await made.launchName("App")).toBe("App : e+b");
  });

  it("says whether BaseSpace has an Id", async () => {
    const made = payload(["10", "20"]);
    expect(await made.isValidId("sample-id", "20")).toBe(true);
    expect(await made.isValidId("sample-id", "999")).toBe(false);
    expect(await made.isValidId("genome-id", "whatever")).toBe(true);
    await expect(made.isValidId("nothing", "1")).rejects.toEqual(usage(/no input/));
  });

  it("ends at its signal", async () => {
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(payload(["first", "a"], { signal }).values()).rejects.toThrow("enough");
  });
});

describe("launching again", () => {
  it("has the lists of the first launch, as often as it is repeated", async () => {
    const tags = Array.from({ length: 70 }, (_each, at) => `tag${at}`);
    let session = await source.applications.launchForm(
      "90",
      SPECIFICATION.form({ "project-id": "10", "sample-id": ["20"], tags }, { name: "1" }),
    );
    for (let time = 0; time < 2; time += 1) {
      const metaData = await source.appSessions.metaData(session.id);
      expect(metaData).toMatchObject({ appId: "90", appName: "Aligner" });
      const again = LaunchSpecification.of(metaData.launchInputs());
      expect(again.defaults.get("tags")).toEqual(tags);
      expect(again.minimumRequirements()).toEqual(["project-id", "sample-id"]);
      const form = await payload(["first", "b"], {}, again).form("Aligner");
      session = await source.applications.launchForm("90", form);
      expect(session).toMatchObject({ name: "Aligner : b", status: "Running" });
    }
  });
});
