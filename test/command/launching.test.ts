import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Product, startProduct } from "../helpers/product.ts";
import type { CommandOutcome } from "../helpers/run-command.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";

const CLI = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

/* Launching apps and waiting for their ends, without a mount: the built command against a local BaseSpace. */

const INPUTS = [
  { name: "Input.app-session-name", content: "former" },
  { name: "Input.sample-id", type: "sample[]", items: ["v1pre3/samples/20"] },
  { name: "Input.project-id", type: "project", content: "v1pre3/projects/10" },
  { name: "Input.genome-id", content: "Human" },
  { name: "Input.tags", type: "string[]", items: ["x", "y", "x"] },
];

const CATALOG = {
  applications: [
    { id: "90", name: "Aligner", versionNumber: "1.0.0" },
    { id: "91", name: "Aligner", versionNumber: "2.0.0" },
    { id: "92", name: "Unused" },
    { id: "93", name: "Other" },
  ],
  appSessions: [
    { id: "40", name: "former", application: "90", dateCreated: "2020-01-01", properties: INPUTS },
    { id: "41", name: "empty", application: "90", dateCreated: "2021-01-01" },
    { id: "42", name: "of other", application: "93" },
    { id: "43", name: "done" },
    { id: "44", name: "stopped", status: "Aborted" },
  ],
  projects: [
    {
      id: "10",
      name: "Demo",
      samples: [
        { id: "20", name: "NA12878" },
        { id: "21", name: "NA12891" },
      ],
      appResults: [{ id: "30", name: "calls", appSession: "40" }],
    },
  ],
  runs: [
    { id: "50", name: "180101_M1", status: "Complete" },
    { id: "51", name: "180102_M1", status: "Failed" },
  ],
};

let product: Product;
let folder: TempDir;

async function api(path: string, body?: unknown): Promise<Record<string, unknown>> {
  const { apiServer, accessToken } = product.emulator;
  const response = await fetch(`${apiServer}/v1pre3/${path}`, {
    headers: { authorization: `Bearer ${accessToken}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
  });
  expect(response.ok).toBe(true);
  return ((await response.json()) as { Response: Record<string, unknown> }).Response;
}

const launch = async (...args: readonly string[]): Promise<CommandOutcome> =>
  await product.bsmount(["launch", ...args]);

async function launched(): Promise<string> {
  const { stdout } = await launch("Aligner", "10", "20", "--json");
  return (JSON.parse(stdout) as { id: string }).id;
}

beforeAll(async () => {
  folder = await tempDir();
  await writeFile(folder.join("catalog.json"), JSON.stringify(CATALOG));
  product = await startProduct({
    emulatorArgs: ["--catalog", folder.join("catalog.json")],
    mountArgs: null,
  });
});

afterAll(async () => {
  await product?.[Symbol.asyncDispose]();
  await folder?.[Symbol.asyncDispose]();
});

const FORM = {
  Name: "Aligner : NA12878+NA12891",
  StatusSummary: "AutoLaunch",
  AutoStart: true,
  Properties: [
    { Type: "string", Name: "Input.genome-id", Content: "Human" },
    { Type: "project", Name: "Input.project-id", Content: "v1pre3/projects/10" },
    {
      Type: "sample[]",
      Name: "Input.sample-id",
      items: ["v1pre3/samples/20", "v1pre3/samples/21"],
    },
    { Type: "string[]", Name: "Input.tags", items: ["x", "y"] },
  ],
};

describe("bsmount launch", () => {
  it("shows what an app takes, by the newest session with inputs", async () => {
    const shown = await launch("90", "--inputs");
    expect(shown).toMatchObject({ code: 0, stderr: "" });
    expect(shown.stdout).toBe(
      [
        "Aligner (90), as session 40 shows it",
        "Its arguments, in this order:",
        "  project-id (project)",
        "  sample-id (sample[])",
        "Its options (-o NAME=VALUE) and their values:",
        "  genome-id  string    Human",
        "  tags       string[]  x,y",
        "",
      ].join("\n"),
    );
    const json = JSON.parse((await launch("90", "--inputs", "--json")).stdout) as unknown;
    expect(json).toMatchObject({
      application: { id: "90", name: "Aligner" },
      from: "40",
      inputs: [
        { name: "genome-id", type: "string", required: false, value: "Human" },
        { name: "project-id", type: "project", required: true },
        { name: "sample-id", type: "sample[]", required: true },
        { name: "tags", type: "string[]", required: false, value: ["x", "y"] },
      ],
    });
  });

  it("prints the JSON that it would send, of Ids, names and paths, and starts nothing", async () => {
    const before = (await api("users/current/appsessions"))["TotalCount"];
    await writeFile(folder.join("list"), "NA12878\nNA12891\n");
    const samples = "bs:/projects/Demo/samples";
    for (const args of [
      ["10", "20,21"],
      ["Demo", "NA12878,NA12891"],
      ["bs:/projects/Demo", `${samples}/20,${samples}/21`],
      ["10", `@${folder.join("list")}`],
    ]) {
      const printed = await launch("Aligner", ...args, "--dry-run");
      expect(printed).toMatchObject({ code: 0, stderr: "" });
      expect(JSON.parse(printed.stdout)).toEqual(FORM);
    }
    const more = ["-o", "genome-id=Mouse", "-o", "tags=a", "--name", "mine", "--agent", "me"];
    const attribute = ["--sample-attribute", "group=tumor"];
    const { stdout } = await launch("91", "10", "20", ...more, ...attribute, "--dry-run");
    expect(JSON.parse(stdout)).toMatchObject({
      Name: "mine",
      AgentId: "me",
      Properties: [
        { Content: "Mouse" },
        {},
        { items: ["v1pre3/samples/20"] },
        { items: ["a"] },
        {
          Name: "Input.sample-id.attributes",
          items: [[{}, {}, {}, {}, { Key: "Input.group", Values: ["tumor"] }]],
        },
      ],
    });
    expect((await api("users/current/appsessions"))["TotalCount"]).toBe(before);
  });

  it("starts the app, in its newest version when it is named", async () => {
    const started = await launch("aligner", "10", "20,21", "--from", "former");
    expect(started).toMatchObject({ code: 0, stderr: "" });
    const id = /^Aligner : NA12878\+NA12891 was started as session (\d+) \(Running\)\n/.exec(
      started.stdout,
    )?.[1];
    expect(started.stdout).toContain(`bsmount await ${id} waits`);
    expect(await api(`appsessions/${id}`)).toMatchObject({ Application: { Id: "91" } });
    const again = await launch("91", "10", "20", "--json", "--from", String(id));
    expect(JSON.parse(again.stdout)).toMatchObject({
      name: "Aligner : NA12878",
      status: "Running",
      application: { id: "91", name: "Aligner" },
      from: id,
    });
    const tags = await api(`appsessions/${id}/properties/Input.tags`);
    expect(tags).toMatchObject({ Items: ["x", "y", "x"] });
  });

  it("takes the session of a result", async () => {
    const result = "bs:/projects/Demo/appresults/calls";
    const { stdout } = await launch("90", "10", "20,21", "--from", result, "--dry-run");
    expect(JSON.parse(stdout)).toEqual(FORM);
  });

  it.each<[string, readonly string[], number, RegExp]>([
    ["an unknown app", ["Nothing"], 1, /there is no app called "Nothing"/],
    ["an app without sessions", ["Unused"], 1, /no former session of "Unused"/],
    ["another app's session", ["90", "--from", "42"], 2, /one of the app "Other"/],
    ["too few arguments", ["90", "10"], 2, /takes 2 arguments, and 1 were given\n.*project-id/],
    ["too many arguments", ["90", "10", "20", "x"], 2, /takes 2 arguments, and 3 were given/],
    ["an unknown option", ["90", "10", "20", "-o", "genom=x"], 2, /no input "genom"/],
    ["an option without value", ["90", "10", "20", "-o", "x"], 2, /"x" is not NAME=VALUE/],
    ["a list for one value", ["90", "10,11", "20"], 2, /there is no project called "10,11"/],
    ["another type", ["90", "bs:/runs/180101_M1", "20"], 2, /is a run, but must be a project/],
    ["a path that is none", ["90", "/etc/passwd", "20"], 2, /is no entity in a mount/],
    ["an unknown sample", ["90", "10", "nobody"], 2, /there is no sample called "nobody"/],
    ["an Id that the service refuses", ["90", "10", "999"], 1, /Form validation found some errors/],
  ])("refuses %s", async (_what, args, code, message) => {
    const before = (await api("users/current/appsessions"))["TotalCount"];
    const refused = await launch(...args);
    expect(refused).toMatchObject({ code, stdout: "" });
    expect(refused.stderr).toMatch(message);
    expect((await api("users/current/appsessions"))["TotalCount"]).toBe(before);
  });
});

/** A running session of the token's own app, whose status it may change. */
async function running(name: string): Promise<string> {
  const result = await api("projects/10/appresults", { Name: name });
  return (result["AppSession"] as { Id: string }).Id;
}

describe("bsmount await", () => {
  const QUICK = ["--interval", "100ms"];

  /** Runs it, calls `meanwhile` after its first line, and returns what it printed. */
  async function awaiting(
    args: readonly string[],
    meanwhile: (end: (signal: NodeJS.Signals) => void) => Promise<void>,
  ): Promise<CommandOutcome> {
    const child = spawn(process.execPath, [CLI, "await", ...args], {
      env: { ...process.env, ...product.environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stderr.on("data", (text) => (stderr += String(text)));
    child.stdout.on("data", (text) => (stdout += String(text)));
    const closed = once(child, "close");
    await once(child.stdout, "data");
    await meanwhile((signal) => void child.kill(signal));
    const [code] = (await closed) as [number | null];
    return { code, stdout, stderr };
  }

  const setStatus = async (id: string, status: string, statussummary = ""): Promise<void> =>
    void (await api(`appsessions/${id}`, { status, statussummary }));

  it("prints each change of a session, and ends with 0 when it is complete", async () => {
    const id = await running("calls");
    const outcome = await awaiting([id, ...QUICK], async () => {
      await setStatus(id, "running", "half");
      await expect.poll(async () => (await api(`appsessions/${id}`))["StatusSummary"]).toBe("half");
      await new Promise((resolve) => setTimeout(resolve, 600));
      await setStatus(id, "complete", "all done");
    });
    expect(outcome).toMatchObject({ code: 0, stderr: "" });
    const session = `session ${id} calls:`;
    expect(outcome.stdout.split("\n")).toEqual([
      `${session} Running`,
      `${session} Running → Running (half)`,
      `${session} Running → Complete (all done)`,
      "",
    ]);
  });

  it("prints a line of JSON for each change", async () => {
    const id = await running("calls");
    const outcome = await awaiting([id, "43", "--json", ...QUICK], async () => {
      await setStatus(id, "aborted", "no disk");
    });
    expect(outcome.code).toBe(1);
    const lines = outcome.stdout.trim().split("\n");
    const changes = lines.map((line) => JSON.parse(line) as { id: string });
    expect(changes.filter((change) => change.id === "43")).toEqual([
      {
        time: expect.any(String) as string,
        type: "session",
        id: "43",
        name: "done",
        status: "Complete",
        summary: "",
        outcome: "complete",
      },
    ]);
    expect(changes.filter((change) => change.id === id)).toMatchObject([
      { status: "Running", outcome: "waiting" },
      { status: "Aborted", previous: "Running", summary: "no disk", outcome: "failed" },
    ]);
  });

  it.each<[readonly string[], number, string]>([
    [["43"], 0, "session 43 done: Complete\n"],
    [["44"], 1, "session 44 stopped: Aborted\n"],
    [["50"], 0, "run 50 180101_M1: Complete\n"],
    [["bs:/runs/180102_M1"], 1, "run 51 180102_M1: Failed\n"],
    [["bs:/projects/Demo/appresults/calls", "40"], 0, "session 40 former: Complete\n"],
  ])("of %j ends with %i at once", async (targets, code, stdout) => {
    expect(await product.bsmount(["await", ...targets])).toEqual({ code, stdout, stderr: "" });
  });

  it("gives up after its time with 3, also while the service does not respond", async () => {
    const id = await launched();
    const outcome = await product.bsmount(["await", id, "--timeout", "1s", ...QUICK]);
    expect(outcome.code).toBe(3);
    expect(outcome.stderr).toBe(`bsmount: warning: session ${id} has not ended yet\n`);
    const silent = await awaiting([id, "--timeout", "2s", ...QUICK], async () => {
      await product.faults("GET /appsessions/* delay=30s");
    });
    await product.faults();
    expect(silent.code).toBe(3);
  });

  it("waits while the service fails", async () => {
    const id = await running("calls");
    const outcome = await awaiting([id, ...QUICK], async () => {
      await product.faults("GET /appsessions/* n=3 status=503");
      await setStatus(id, "complete");
    });
    await product.faults();
    expect(outcome.code).toBe(0);
  });

  it("ends at a signal with 130", async () => {
    const id = await launched();
    const outcome = await awaiting([id], async (end) => {
      end("SIGINT");
      await Promise.resolve();
    });
    expect(outcome.code).toBe(130);
  });

  it.each<[string, number, RegExp]>([
    ["999", 1, /there is no session and no run 999/],
    ["nothing", 2, /"nothing" is no session and no run/],
    ["bs:/projects/Demo", 2, /is no session and no run/],
    ["bs:/projects/Nothing", 1, /there is no bs:\/projects\/Nothing/],
  ])("refuses %j", async (target, code, message) => {
    const refused = await product.bsmount(["await", target]);
    expect(refused).toMatchObject({ code, stdout: "" });
    expect(refused.stderr).toMatch(message);
  });
});
