import { mkdir, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { run } from "../../src/cli/cli.ts";
import { standardOutput } from "../../src/cli/standard-output.ts";
import { buildProgram } from "../../src/cli/program.ts";
import { describeProgram } from "../../src/cli/reference/describe-program.ts";
import { neverAborted } from "../../src/core/abort.ts";
import { runCommand } from "../helpers/run-command.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";
import { openTerminal, type Terminal } from "../helpers/terminal.ts";

/* What is typed, and what stands there after the key Tab, in each of the shells. */
const TYPED: readonly (readonly [typed: string, completed: string])[] = [
  ["mou", "mount"],
  ["um", "umount"],
  ["--vers", "--version"],
  ["uploads l", "uploads list"],
  ["help unm", "help unmount"],
  ["completion f", "completion fish"],
  ["mount --foreg", "mount --foreground"],
  ["mount --region us", "mount --region use1"],
  ["mount --region=us", "mount --region=use1"],
  ["ls -l --log-level tr", "ls -l --log-level trace"],
  ["whoami --profile ql", "whoami --profile qlab"],
  ["cp -r loc", "cp -r local.bam"],
  ["mount --access-token-file tok", "mount --access-token-file token"],
  ["mount fol", "mount folder/"],
  ["emulator --data=fol", "emulator --data=folder/"],
  ["ls b", "ls bs:/"],
  // A number, which nothing is known of; and no local file where none belongs.
  ["mount --uid loc", "mount --uid loc"],
  ["demo loc", "demo loc"],
  // Options of commands are not accepted before the command, nor by every command.
  ["--profi", "--profi"],
  ["--profile ql", "--profile ql"],
  ["demo --profile ql", "demo --profile ql"],
];

const SHELLS = { bash: "bash --norc -i", zsh: "zsh -f -i" };

let dir: TempDir;

beforeAll(async () => {
  dir = await tempDir();
  await mkdir(dir.join(".basespace"));
  await mkdir(dir.join("folder"));
  for (const path of ["local.bam", "token", ".basespace/qlab.cfg"]) {
    await writeFile(dir.join(path), "", { mode: 0o600 });
  }
  for (const shell of ["bash", "zsh", "fish"]) {
    await writeFile(dir.join(`completion.${shell}`), await printed("completion", shell));
  }
});
afterAll(async () => {
  await dir?.[Symbol.asyncDispose]();
});

async function printed(...args: readonly string[]): Promise<string> {
  const chunks: Buffer[] = [];
  const write = vi
    .spyOn(standardOutput, "write")
    .mockImplementation((data) => void chunks.push(Buffer.from(data as string)));
  try {
    expect(await run(args)).toBe(0);
  } finally {
    write.mockRestore();
  }
  return Buffer.concat(chunks).toString();
}

/** The line with the cursor. */
async function lastLine(terminal: Terminal): Promise<string> {
  return (await terminal.screen()).trimEnd().split("\n").at(-1) ?? "";
}

describe.each(Object.entries(SHELLS))("in %s", (shell, command) => {
  it("the key Tab completes commands, options and their values", async () => {
    const env = { HOME: dir.path, PS1: "> ", PROMPT: "> " };
    const load = shell === "zsh" ? "autoload -Uz compinit; compinit -u -D; " : "";
    await using socket = await tempDir();
    await using terminal = await openTerminal(`cd '${dir.path}'; exec ${command}`, socket, env);
    await terminal.type(`PS1='> '; ${load}. ./completion.${shell}; clear; echo re''ady`);
    await expect
      .poll(async () => await terminal.screen(), { timeout: 15_000 })
      .toMatch(/^ready\n>/);
    const completed: string[] = [];
    for (const [typed, wanted] of TYPED) {
      await terminal.put(`bsmount ${typed}`);
      await terminal.press("Tab");
      // Where nothing is to be changed, what is typed next shows that the key was heeded.
      const next = wanted === typed ? "X" : "";
      await terminal.put(next);
      const line = async (): Promise<string> => await lastLine(terminal);
      await expect.poll(line, { timeout: 5_000 }).toBe(`> bsmount ${wanted}${next}`);
      completed.push(wanted);
      await terminal.press("C-c");
      await expect.poll(line).toBe(">");
    }
    expect(completed).toEqual(TYPED.map(([, wanted]) => wanted));
  }, 60_000);
});

async function offeredByFish(lines: readonly string[]): Promise<readonly string[][]> {
  const env = { HOME: dir.path, XDG_CONFIG_HOME: dir.path, XDG_DATA_HOME: dir.path };
  const script = `cd $argv[1]; source completion.fish
    for line in $argv[2..]; complete -C "bsmount $line"; echo ====; end`;
  const { stdout } = await runCommand("fish", ["-c", script, dir.path, ...lines], { env });
  const outputs = stdout.split("====\n").slice(0, -1);
  return outputs.map((output) => output.split("\n").map((line) => line.split("\t")[0] ?? ""));
}

describe("in fish", () => {
  it("commands, options and their values are completed", async () => {
    const offered = await offeredByFish(TYPED.map(([typed]) => typed));
    for (const [at, [typed, completed]] of TYPED.entries()) {
      const word = (line: string): string => line.split(" ").at(-1) ?? "";
      const wanted = word(completed);
      if (wanted === word(typed)) expect(offered[at], typed).toEqual([""]);
      else if (wanted === "bs:/") expect(offered[at]).toContain("bs:/projects/");
      else expect(offered[at], typed).toContain(wanted);
    }
  });

  it("every command has each of its options", async () => {
    const environment = { variables: {}, home: "/nowhere", uid: 0, gid: 0 };
    const context = { signal: neverAborted, environment, handOverSignals: () => undefined };
    const program = describeProgram(buildProgram({ context, onResult: () => undefined }));
    const offered = await offeredByFish(program.commands.map(({ names }) => `${names[0]} --`));
    expect(program.commands.length).toBeGreaterThan(15);
    for (const [at, { names, options }] of program.commands.entries()) {
      const longs = options.map(({ long }) => long);
      expect(
        offered[at]?.filter((word) => word !== ""),
        names[0],
      ).toEqual(longs.toSorted());
    }
  });
});
