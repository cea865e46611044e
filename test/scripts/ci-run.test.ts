import { delimiter } from "node:path";
import { expect, test } from "vitest";
import { type ScriptRepository, scriptRepository } from "../helpers/script-repository.ts";

interface Steps {
  readonly bootstrap?: string;
  readonly check?: string;
  readonly test?: string;
}

const COUNTS = "echo 7 passed, 0 failed, 1 skipped";

async function run(steps: Steps): Promise<{ code: number | null; last: string; all: string }> {
  await using clone: ScriptRepository = await scriptRepository(".ci/run");
  const { bootstrap = "", check = "true", test = COUNTS } = steps;
  await clone.write("scripts/bootstrap.mjs", bootstrap);
  await clone.write("package.json", JSON.stringify({ type: "module", scripts: { check, test } }));
  const path = [clone.path, process.env["PATH"]].join(delimiter);
  const { code, stdout, stderr } = await clone.run("bash", [".ci/run"], {
    PATH: path,
    HOME: clone.path,
  });
  const last = stdout.trimEnd().split("\n").at(-1) ?? "";
  return { code, last, all: stdout + stderr };
}

test("a green run ends with the tests' counts", async () => {
  const { code, last, all } = await run({});
  expect({ code, last }).toEqual({ code: 0, last: "7 passed, 0 failed, 1 skipped" });
  expect(all.match(/passed/g)).toHaveLength(1);
});

test("failed tests make the run fail, the counts stay last", async () => {
  const test = "echo 6 passed, 1 failed, 0 skipped; exit 1";
  const { code, last } = await run({ test });
  expect({ code, last }).toEqual({ code: 1, last: "6 passed, 1 failed, 0 skipped" });
});

test("a failed check makes the run fail; the tests still run", async () => {
  const { code, last, all } = await run({ check: "exit 3" });
  expect({ code, last }).toEqual({ code: 1, last: "7 passed, 1 failed, 1 skipped" });
  expect(all).toContain("counted as one failure: npm run check");
});

test("a test command without counts is a failure", async () => {
  const { code, last } = await run({ test: "exit 1" });
  expect({ code, last }).toEqual({ code: 1, last: "0 passed, 1 failed, 0 skipped" });
});

test("a failed bootstrap ends the run, with a closing line", async () => {
  const { code, last } = await run({ bootstrap: "process.exit(5)" });
  expect({ code, last }).toEqual({ code: 1, last: "0 passed, 1 failed, 0 skipped" });
});
