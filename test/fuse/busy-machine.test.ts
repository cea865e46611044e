import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { runCommand } from "../helpers/run-command.ts";

const PROGRAM = fileURLToPath(new URL("programs/busy-machine.ts", import.meta.url));
const APART = ["--pid", "--fork", "--mount-proc", "--kill-child=SIGKILL"];
/** Only root, be it that of a user namespace, may set process numbers. */
const AS_ROOT = process.getuid?.() === 0 ? [] : ["--user", "--map-root-user"];

it("among 1000 processes, and when their numbers begin anew, the writers are found with few looks", async () => {
  const program = [process.execPath, "--import", "tsx", PROGRAM];
  const { stdout, stderr } = await runCommand("unshare", [...AS_ROOT, ...APART, ...program]);
  expect(stderr).toBe("");
  const { pids, ...found } = JSON.parse(stdout) as {
    readonly pids: string;
    readonly [name: string]: unknown;
  };
  expect(Number(pids)).toBeGreaterThan(1000);
  const own = { states: ["open", "closed", "closed"], looks: expect.any(Number) as unknown };
  const inherited = { ...own, states: ["open", "open", "closed"] };
  expect(found).toEqual({
    own,
    ownAgain: own,
    ownWrapped: own,
    inherited,
    inheritedWrapped: inherited,
  });
  const looks = Object.values(found).map((each) => (each as { readonly looks: number }).looks);
  // The first of the youngest processes, the opener at each close, and its children.
  for (const each of looks) expect(each).toBeLessThan(40);
});
