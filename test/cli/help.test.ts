import { describe, expect, it } from "vitest";
import { buildProgram } from "../../src/cli/program.ts";
import { neverAborted } from "../../src/core/abort.ts";

const environment = { variables: {}, home: "/nowhere", uid: 0, gid: 0 };

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
