import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../helpers/run-cli.ts";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";

let emulator: TestEmulator;
let dir: TempDir;

beforeAll(async () => {
  dir = await tempDir();
  const appResults = ["One", "Two", "Three"].map((name) => ({ name, status: "Running" as const }));
  emulator = await startTestEmulator({ projects: [{ name: "P", appResults }] });
});
afterAll(async () => {
  await emulator?.close();
  await dir?.[Symbol.asyncDispose]();
});

describe("a command that ends an app result", () => {
  const RESULTS = "/projects/P/appresults";

  async function inOneSession(...names: readonly string[]): Promise<void> {
    const [first = "", ...others] = names.map((name) => `bs:${RESULTS}/${name}`);
    await runCli(["mkdir", first], emulator, dir);
    const joined = await runCli(["mkdir", ...others, "--session", first], emulator, dir);
    expect(joined.exitCode).toBe(0);
  }

  it("names the others of its session, which end with it", async () => {
    await inOneSession("a", "b／c", "d");
    const { exitCode, output } = await runCli(["complete", `bs:${RESULTS}/a`], emulator, dir);
    expect([exitCode, output.split("\n")]).toEqual([
      0,
      [
        `${RESULTS}/a is Complete`,
        `${RESULTS}/b／c is Complete, too: it is in the same session`,
        `${RESULTS}/d is Complete, too: it is in the same session`,
        "",
      ],
    ]);
    const again = await runCli(["complete", `bs:${RESULTS}/a`], emulator, dir);
    expect(again.output).toBe(`${RESULTS}/a is Complete\n`);
  });

  it("has them in its JSON, and not more than ten in its text", async () => {
    const names = Array.from({ length: 13 }, (_name, at) => `n${at}`);
    await inOneSession(...names);
    await inOneSession("x", "y");
    const many = await runCli(["abort", `bs:${RESULTS}/n0`], emulator, dir);
    const lines = many.output.trimEnd().split("\n");
    expect(lines).toHaveLength(12);
    expect(lines.at(-1)).toBe("and so are 2 more of that session: --json names all of them");
    const { output } = await runCli(["abort", "--json", `bs:${RESULTS}/x`], emulator, dir);
    expect(JSON.parse(output)).toEqual({
      path: `${RESULTS}/x`,
      others: [`${RESULTS}/y`],
      status: "Aborted",
    });
  });
});

describe("a command that sets the status of an app result", () => {
  it.each([
    ["complete", "One/files", "One is Complete"],
    ["abort", "Two", "Two is Aborted"],
    ["needs-attention", "Three/files/", "Three is NeedsAttention"],
  ])("%s names the app result, not the path in it", async (command, path, says) => {
    const args = [command, `bs:/projects/P/appresults/${path}`];
    const { exitCode, output } = await runCli(args, emulator, dir);
    expect([exitCode, output]).toEqual([0, `/projects/P/appresults/${says}\n`]);
  });
});
