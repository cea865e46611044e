import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { runCommand } from "../helpers/run-command.ts";

const PROGRAM = fileURLToPath(new URL("programs/out-of-descriptors.ts", import.meta.url));

it("a process without a free descriptor still sees its mount, and takes no file for closed", async () => {
  const limited = 'ulimit -n 400; exec "$0" --import tsx "$1"';
  const { stdout, stderr } = await runCommand("bash", ["-c", limited, process.execPath, PROGRAM]);
  expect(stderr).toBe("");
  expect(JSON.parse(stdout)).toEqual({
    lists: [true, false],
    endings: [],
    table: "no-descriptors: cannot read the mount table",
    sees: "nothing",
    othersWrite: true,
  });
});
