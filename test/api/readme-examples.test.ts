import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CommandOutcome, runShell } from "../helpers/run-command.ts";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";

/* What the README shows in TypeScript, in files of its own, so that it is compiled and can be run. */

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const EXAMPLES = `${ROOT}test/readme/`;
const RESULTS = "projects/12/appresults";

let dir: TempDir;
let emulator: TestEmulator;

beforeAll(async () => {
  dir = await tempDir();
  const files = [
    { path: "a.vcf.gz", content: "calls" },
    { path: "a.bam", content: "reads" },
  ];
  const appResults = [
    { id: "30", name: "whole", status: "Complete" as const, files },
    { id: "31", name: "open", status: "Running" as const, files },
  ];
  emulator = await startTestEmulator({ projects: [{ name: "MyProject", id: "12", appResults }] });
  await writeFile(dir.join("calls.vcf.gz"), "my calls");
});
afterAll(async () => {
  await emulator?.close();
  await dir?.[Symbol.asyncDispose]();
});

/** Runs one of the examples in a folder that is otherwise empty. */
async function example(name: string): Promise<CommandOutcome> {
  const env = {
    HOME: dir.path,
    BASESPACE_API_SERVER: emulator.apiServer,
    BASESPACE_ACCESS_TOKEN: emulator.accessToken,
  };
  const args = [`${ROOT}node_modules/.bin/tsx`, `${ROOT}tsconfig.json`, `${EXAMPLES}${name}.mts`];
  return await runShell(`"$1" --tsconfig "$2" "$3"`, dir.path, { args, env });
}

interface Result {
  readonly Name: string;
  readonly Status: string;
}

async function results(): Promise<readonly Result[]> {
  const answer = (await (await emulator.get(RESULTS)).json()) as { Response: { Items: Result[] } };
  return answer.Response.Items;
}

describe("the README's examples", () => {
  it("are the programs here, which the compiler checks with the rest", async () => {
    const readme = await readFile(`${ROOT}README.md`, "utf8");
    const shown = [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => match[1]);
    const programs = ["client", "emulator"].map(
      async (name) => await readFile(`${EXAMPLES}${name}.mts`, "utf8"),
    );
    expect(shown).toEqual(await Promise.all(programs));
  });

  it("list the demo's account", async () => {
    const { code, stdout, stderr } = await example("emulator");
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^\d+ Phage lambda\n {2}lambda-1\n/m);
  });

  it("fetch calls, and put new ones into a result that is complete at the end", async () => {
    const { code, stderr } = await example("client");
    expect([code, stderr]).toEqual([0, ""]);
    expect((await runShell("cat 30/a.vcf.gz && ls -d 3*/*", dir.path)).stdout).toBe(
      "calls30/a.vcf.gz\n",
    );
    const made = (await results()).find(({ Name }) => Name === "My calls");
    expect(made?.Status).toBe("Complete");
  });
});
