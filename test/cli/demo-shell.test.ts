import { expect, it } from "vitest";
import { writeDemoShell } from "../../src/cli/demo/demo-shell.ts";
import { runCommand } from "../helpers/run-command.ts";
import { tempDir } from "../helpers/temp-dir.ts";

it.each(["bash", "zsh", "fish", "sh"])(
  "in %s, bsmount is a command after the demo's file was sourced, also for other programs",
  async (shell) => {
    await using dir = await tempDir();
    const environment = { XDG_STATE_HOME: "/a state's" };
    const print = `printf '%s\\n' "$XDG_STATE_HOME" "$@"`;
    const command = ["/bin/sh", "-c", print, "it's"];
    const file = await writeDemoShell({ folder: dir.path, environment, command });
    const script = `. '${file}'; command -v bsmount; bsmount 'a b'; echo c | xargs bsmount`;
    const { code, stdout, stderr } = await runCommand(shell, ["-c", script]);
    const said = ["/a state's", "a b", "/a state's", "c", ""];
    expect([code, stderr, stdout.split("\n")]).toEqual([0, "", [dir.join("bin/bsmount"), ...said]]);
  },
);
