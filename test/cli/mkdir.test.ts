import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../helpers/run-cli.ts";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";

let emulator: TestEmulator;
let dir: TempDir;

beforeAll(async () => {
  dir = await tempDir();
  const projects = [
    { name: "P", appResults: [{ name: "Up" }], samples: [{ id: "2000", name: "s" }] },
  ];
  emulator = await startTestEmulator({ projects });
});
afterAll(async () => {
  await emulator?.close();
  await dir?.[Symbol.asyncDispose]();
});

/** Every project, and every app result of the first one. */
async function drawn(): Promise<string> {
  const projects = await runCli(["ls", "bs:/projects"], emulator, dir);
  return (
    projects.output + (await runCli(["ls", "bs:/projects/P/appresults"], emulator, dir)).output
  );
}

const NO_PARENTS = /^(?!.*give -p)/s;

describe("bsmount mkdir", () => {
  it.each([
    ["-p", "P/appresults/x/y", 1, /cannot make bs:\/projects\/P\/appresults\/x\/y: nothing new/],
    [
      "",
      "P/appresults/x/y",
      1,
      /cannot make .*nothing new can be made there\n {2}try: make a project/,
    ],
    [
      "-p",
      "P/appresults/Up/y",
      1,
      /cannot make .*nothing new can be made there\n {2}try: make a project/,
    ],
    ["-p", "New/other", 1, /cannot make bs:\/projects\/New\/other: nothing new can be made there/],
    ["-p", "New/samples/1", 1, /cannot make .*\/New\/samples\/1: nothing new can be made there/],
    ["", "New/other", 1, NO_PARENTS],
    ["", "New/samples/1/files", 1, NO_PARENTS],
    ["", "P/appresults/x/files", 1, /try: give -p to make the folders above it/],
    ["", "P/appresults/Up", 1, /has Up already\n {2}try: choose another name, or give -p/],
    ["-p", "P/samples/2000/files", 0, /^$/],
    ["-p", "P/appresults/Up/files", 0, /^$/],
  ])("%s bs:/projects/%s makes nothing, and says why not", async (flag, path, code, says) => {
    const before = await drawn();
    const args = ["mkdir", ...(flag === "" ? [] : [flag]), `bs:/projects/${path}`];
    const { exitCode, output } = await runCli(args, emulator, dir);
    expect([exitCode, output]).toEqual([code, expect.stringMatching(says)]);
    expect(await drawn()).toBe(before);
  });

  it("-p makes a project and its app result, whose files/ comes along", async () => {
    const path = "bs:/projects/Made/appresults/R/files";
    const { exitCode, output } = await runCli(["mkdir", "-p", path], emulator, dir);
    expect([exitCode, output]).toEqual([
      0,
      "bs:/projects/Made was made\nbs:/projects/Made/appresults/R was made\n",
    ]);
  });
});

interface MadeResult {
  readonly Description: string;
  readonly AppSession: { readonly Id: string; readonly Status: string };
  readonly References: readonly {
    readonly Rel: string;
    readonly Type: string;
    readonly HrefContent: string;
  }[];
}

/** What BaseSpace has of an app result of P. */
async function made(name: string): Promise<MadeResult> {
  const { output } = await runCli(
    ["cat", `bs:/projects/P/appresults/${name}/.json`],
    emulator,
    dir,
  );
  return JSON.parse(output) as MadeResult;
}

async function mkdir(...args: readonly string[]): ReturnType<typeof runCli> {
  return await runCli(["mkdir", ...args], emulator, dir);
}

async function endSession(id: string): Promise<void> {
  const body = new URLSearchParams({ status: "complete", statussummary: "" });
  expect((await emulator.get(`appsessions/${id}`, { method: "POST", body })).status).toBe(200);
}

const RESULTS = "bs:/projects/P/appresults";

describe("bsmount mkdir with details of an app result", () => {
  it("[W29] gives it a description, references to what it was made of, and the session of another result", async () => {
    await mkdir(`${RESULTS}/variants`);
    const references = ["P/samples/2000", "P/samples-by-name/s", "P/appresults/variants"];
    const flags = references.flatMap((path) => ["--reference", `bs:/projects/${path}`]);
    const description = "aligned, at 30×";
    const session = `${RESULTS}/variants`;
    const more = ["--description", description, "--session", session, ...flags];
    expect(await mkdir(`${RESULTS}/reads`, ...more)).toMatchObject({ exitCode: 0 });
    const variants = await made("variants");
    const result = await made("reads");
    expect(result.Description).toBe(description);
    expect(result.AppSession.Id).toBe(variants.AppSession.Id);
    expect(result.References.map(({ Rel, Type, HrefContent }) => [Rel, Type, HrefContent])).toEqual(
      [
        ["using", "Sample", "v1pre3/samples/2000"],
        ["using", "Sample", "v1pre3/samples/2000"],
        ["using", "AppResult", expect.stringMatching(/^v1pre3\/appresults\/\d+$/)],
      ],
    );
  });

  it("[W29] puts several results into one session, by its Id, its name, or BSMOUNT_RESULT_SESSION", async () => {
    await mkdir(`${RESULTS}/first`);
    const { Id: session } = (await made("first")).AppSession;
    await mkdir(`${RESULTS}/by-id`, "--session", session);
    await mkdir(`${RESULTS}/by-name`, "--session", "first");
    const variables = { BSMOUNT_RESULT_SESSION: session };
    await runCli(["mkdir", `${RESULTS}/by-variable`], emulator, dir, variables);
    for (const name of ["by-id", "by-name", "by-variable"]) {
      expect([name, (await made(name)).AppSession.Id]).toEqual([name, session]);
    }
  });

  it("[W29] refuses a session that has ended, is not there, or is one of several of its name", async () => {
    await mkdir(`${RESULTS}/ended`);
    const { Id: ended } = (await made("ended")).AppSession;
    await endSession(ended);
    for (const name of ["same", "same-too"]) await mkdir(`${RESULTS}/${name}`);
    await mkdir("-p", "bs:/projects/Q/appresults/same");
    const before = await drawn();
    for (const [session, says] of [
      [
        "ended",
        /session "ended" \(\d+\) is Complete: it takes no more app results\n {2}try: name a/,
      ],
      [ended, /is Complete: it takes no more/],
      [`${RESULTS}/ended`, /is Complete: it takes no more/],
      ["nobody", /there is no app session "nobody"/],
      ["same", /2 open sessions are called "same"\n {2}try: give the Id of one: \d+, \d+/],
      ["bs:/projects/P", /bs:\/projects\/P is not an app result/],
    ] as const) {
      const { exitCode, output } = await mkdir("-p", `${RESULTS}/new`, "--session", session);
      expect([session, output]).toEqual([session, expect.stringMatching(says)]);
      expect(exitCode).not.toBe(0);
    }
    expect(await drawn()).toBe(before);
    // What makes no app result needs no session.
    const variables = { BSMOUNT_RESULT_SESSION: ended };
    for (const args of [
      ["ls", RESULTS],
      ["uploads", "resume"],
    ])
      expect(await runCli(args, emulator, dir, variables)).toMatchObject({ exitCode: 0 });
    const refused = await runCli(["mkdir", `${RESULTS}/new`], emulator, dir, variables);
    expect(refused).toMatchObject({ exitCode: 1, output: expect.stringMatching(/takes no more/) });
  });

  it("refuses references to anything else, and details of a project, before it makes anything", async () => {
    const before = await drawn();
    for (const [args, says] of [
      [[`${RESULTS}/new`, "--reference", "bs:/projects/P"], /cannot refer to \/projects\/P/],
      [[`${RESULTS}/new`, "--reference", "bs:/projects/P/samples/9"], /there is no "9"/],
      [[`${RESULTS}/new`, "--reference", "/tmp"], /"\/tmp" is in no mount/],
      [["bs:/projects/New", "--description", "x"], /--description is for app results/],
      [["bs:/projects/New", "--session", "1"], /--session is for app results/],
      [
        [`${RESULTS}/new`, "--session", ""],
        /^bsmount: --session: it names no app session; give an Id/,
      ],
      [[`${RESULTS}/new`, "--session", "/tmp"], /"\/tmp" is in no mount\n {2}try: give a path/],
      [[`${RESULTS}/new`, "--session", "a/b"], /there is no app session "a\/b"/],
    ] as const) {
      const { exitCode, output } = await mkdir(...args);
      expect(output).toMatch(says);
      expect(exitCode).not.toBe(0);
    }
    expect(await drawn()).toBe(before);
  });

  it("names in its help the variable that gives it a session", async () => {
    const { output } = await mkdir("--help");
    expect(output.replaceAll(/\s+/g, " ")).toContain("env: BSMOUNT_RESULT_SESSION");
  });

  it("says of a result that exists that -p leaves it as it is", async () => {
    const { exitCode, output } = await mkdir("-p", `${RESULTS}/Up`, "--description", "x");
    expect([exitCode, output]).toEqual([
      0,
      expect.stringContaining("Up exists, and stays as it is"),
    ]);
  });
});
