import process from "node:process";
import { Command } from "@commander-js/extra-typings";
import { describe, expect, it, vi } from "vitest";
import { addOptions } from "../../src/cli/option-flags.ts";
import { buildProgram } from "../../src/cli/program.ts";
import { emulatorCommand } from "../../src/cli/commands/emulator.ts";
import { FAULT_ACTIONS, parseFaultRule } from "../../src/emulator/faults/rule.ts";
import { run } from "../../src/cli/cli.ts";
import { standardOutput } from "../../src/cli/standard-output.ts";
import { VERSION } from "../../src/core/version.ts";
import { neverAborted } from "../../src/core/abort.ts";

const environment = { variables: {}, home: "/nowhere", uid: 0, gid: 0 };

describe("an option without effect", () => {
  it("is accepted, not shown in help, and its use prints a warning", () => {
    const printed: string[] = [];
    const stderr = vi
      .spyOn(process.stderr, "write")
      .mockImplementation((text) => printed.push(String(text)) > 0);
    try {
      const command = addOptions(new Command("x"), ["cacheDir", "stateDir"]);
      expect(command.helpInformation()).not.toContain("--cache-dir");
      command.parse(["--state-dir", "a"], { from: "user" });
      expect(printed).toEqual([]);
      command.parse(["--cache-dir", "b"], { from: "user" });
      expect(command.opts()).toMatchObject({ cacheDir: "b" });
      expect(printed.join("")).toMatch(
        /^bsmount: warning: --cache-dir has no effect .*--memory-cache/,
      );
    } finally {
      stderr.mockRestore();
    }
  });
});

it("a switch of the option table is on when it is given, and absent otherwise", () => {
  const parsed = (...args: string[]): unknown =>
    addOptions(new Command("x"), ["readOnly", "umask"]).parse(args, { from: "user" }).opts();
  expect(parsed("--read-only", "--umask", "027")).toEqual({ readOnly: true, umask: 0o027 });
  expect(parsed()).toEqual({});
});

describe.each(["-v", "-V", "--version"])("%s", (flag) => {
  it("shows the version", async () => {
    const printed: string[] = [];
    const write = vi
      .spyOn(standardOutput, "write")
      .mockImplementation((data) => void printed.push(Buffer.from(data as string).toString()));
    try {
      expect(await run([flag])).toBe(0);
    } finally {
      write.mockRestore();
    }
    expect(printed).toEqual([`${VERSION}\n`]);
  });
});

it.each(["help uploads list", "uploads help list", "uploads list --help"])(
  "%s shows the help of that command",
  async (line) => {
    const printed: string[] = [];
    const write = vi
      .spyOn(standardOutput, "write")
      .mockImplementation((data) => void printed.push(Buffer.from(data as string).toString()));
    try {
      expect(await run(line.split(" "))).toBe(0);
    } finally {
      write.mockRestore();
    }
    expect(printed.join("")).toMatch(/^Usage: bsmount uploads list \[options\]\n(?![^]*Usage:)/);
  },
);

describe("--help", () => {
  it("shows the default and the variable of an option that has them, and nothing else", () => {
    const context = { signal: neverAborted, environment, handOverSignals: () => undefined };
    const program = buildProgram({ context, onResult: () => undefined });
    const helps = program.commands.map((command) =>
      command.helpInformation().replaceAll(/\s+/g, " "),
    );
    const whoami = helps.find((help) => help.startsWith("Usage: bsmount whoami"));
    expect(whoami).toContain("(default: default, env: BASESPACE_PROFILE)");
    expect(whoami).toContain("(BASESPACE_ACCESS_TOKEN holds the token itself) --insecure-http");
    expect(helps.join("\n")).not.toMatch(/default: [–)]|\(\)/);
    expect(helps.find((help) => help.startsWith("Usage: bsmount ls"))).toContain("(default: bs:/)");
  });

  it("shows no value as JavaScript writes it, and a usage as the command's own help does", () => {
    const context = { signal: neverAborted, environment, handOverSignals: () => undefined };
    const program = buildProgram({ context, onResult: () => undefined });
    for (const command of [program, ...program.commands]) {
      expect(command.helpInformation()).not.toMatch(/\[\]|\["|: "|places/);
    }
    const all = program.helpInformation();
    expect(all).toContain("  cp [options] SOURCE... DESTINATION  ");
    for (const command of program.commands) {
      expect(all).toContain(`  ${command.name()} ${command.usage()}  `);
    }
  });

  it("says how sizes and durations are written, and what a number alone means", async () => {
    const printed: string[] = [];
    const write = vi
      .spyOn(standardOutput, "write")
      .mockImplementation((data) => void printed.push(String(data)));
    try {
      expect(await run(["ls", "--help"])).toBe(0);
      expect(await run(["uploads", "list", "--help"])).toBe(0);
    } finally {
      write.mockRestore();
    }
    const [ls = "", list = ""] = printed.join("").split("Usage:").slice(1);
    const words = ls.replaceAll(/\s+/g, " ");
    expect(words).toMatch(/DURATION is a number with ms.*; a number alone is seconds\. SIZE/);
    expect(words).toMatch(/SIZE is .*; a number alone is bytes\. $/);
    expect(list).not.toMatch(/alone/);
    expect(Math.max(...ls.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it("of the emulator lists its faults", () => {
    const printed: string[] = [];
    const context = { signal: neverAborted, environment, handOverSignals: () => undefined };
    const command = emulatorCommand({ context, onResult: () => undefined });
    command.configureOutput({ writeOut: (text) => printed.push(text) }).outputHelp();
    const help = printed.join("");
    expect(help).not.toContain("README");
    for (const [action] of FAULT_ACTIONS) {
      expect(parseFaultRule(`GET * ${action}`).times).toBe(Infinity);
      expect(help).toContain(`\n  ${action} `);
    }
  });
});
