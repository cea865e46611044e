import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { manPage } from "../../scripts/man-page/man-page.ts";
import { runCommand } from "../helpers/run-command.ts";

const PAGE = fileURLToPath(new URL("../../docs/bsmount.1", import.meta.url));

describe("the man page", () => {
  it("is as the commands and options are: else npm run man-page", async () => {
    expect(await readFile(PAGE, "utf8")).toBe(manPage());
  });

  it("has nothing that mandoc objects to", async () => {
    const { code, stdout } = await runCommand("mandoc", ["-T", "lint", "-W", "style", PAGE]);
    expect(stdout).toBe("");
    expect(code).toBe(0);
  });

  it("shows commands, options with variables and defaults, and exit codes", async () => {
    const shown = await runCommand("mandoc", ["-T", "utf8", "-O", "width=100", PAGE]);
    // Letters are set bold and underlined by writing them twice.
    const page = Buffer.from(shown.stdout, "latin1")
      .toString()
      .replace(/.\u0008/g, "");
    expect(page).toMatch(/unmount \[options\] \[mountpoint\]\n.*Also: umount\./);
    expect(page).toMatch(
      / --timeout DURATION\n[^-]*Default: 30s\.\s+Variable:\s+BSMOUNT_TIMEOUT\./,
    );
    // The whole wait has another timeout than its requests.
    expect(page).toMatch(/bsmount await [^]* --timeout DURATION\n +Give up after this time/);
    expect(page).toMatch(/ 130 +Interrupted/);
    expect(page).toMatch(
      /see below[^]* METHOD +GET, POST[^]* status=503 [^]*client id +[0-9a-f]{32}/,
    );
    expect(page).toContain(". <(bsmount completion bash)");
    expect(page).toMatch(
      /DURATION is a number with ms, s, m, h or d[^]*SIZE is a number with K, M/,
    );
    expect(page).toMatch(
      /\nENVIRONMENT\n[^]*BASESPACE_ACCESS_TOKEN[^]*BSMOUNT_TIMEOUT\n +Sets --timeout/,
    );
    expect(page).toMatch(/XDG_STATE_HOME\n[^]*Default: ~\/\.local\/state\./);
  });
});
