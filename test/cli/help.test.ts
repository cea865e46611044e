import process from "node:process";
import { Command } from "commander";
import { describe, expect, it, vi } from "vitest";
import { addOptions } from "../../src/cli/option-flags.ts";
import { buildProgram } from "../../src/cli/program.ts";
import { neverAborted } from "../../src/core/abort.ts";

const environment = { variables: {}, home: "/nowhere", uid: 0, gid: 0 };

describe("an option without effect", () => {
  it("is taken, shown nowhere, and whoever gives it is told", () => {
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

describe("--help", () => {
  it("tells the default and the variable of an option that has them, and nothing else", () => {
    const context = { signal: neverAborted, environment, handOverSignals: () => undefined };
    const program = buildProgram({ context, onResult: () => undefined });
    const helps = program.commands.map((command) =>
      command.helpInformation().replaceAll(/\s+/g, " "),
    );
    const whoami = helps.find((help) => help.startsWith("Usage: bsmount whoami"));
    expect(whoami).toContain("(default: default, env: BASESPACE_PROFILE)");
    expect(whoami).toContain("(BASESPACE_ACCESS_TOKEN holds the token itself) --insecure-http");
    expect(helps.join("\n")).not.toMatch(/default: [–)]|\(\)/);
  });
});
