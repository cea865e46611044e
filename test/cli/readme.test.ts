import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { shownDefault, shownRows } from "../../src/config/option-values.ts";

/** The README's table of options, made from the option table. */
function optionTable(): string {
  const rows = shownRows().map((row) => {
    const { name, argument, env, help } = row;
    const flag = argument === undefined ? `--${name}` : `--${name} ${argument}`;
    return `| \`${flag}\` | ${env === undefined ? "" : `\`${env}\``} | ${shownDefault(row) ?? "–"} | ${help} |`;
  });
  return [
    "| Option | Environment | Default | Meaning |",
    "| --- | --- | --- | --- |",
    ...rows,
  ].join("\n");
}

/** Removes the padding that the formatter adds to cells. */
function squeeze(markdown: string): string {
  return markdown
    .replace(/[ \t]+/g, " ")
    .replace(/-{3,}/g, "---")
    .trim();
}

describe("the README", () => {
  it("shows every option as the table in src/config/options.ts defines it", () => {
    const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
    const shown = /<!-- options -->\n([^]*?)<!-- \/options -->/.exec(readme)?.[1] ?? "";
    expect(squeeze(shown)).toBe(squeeze(optionTable()));
  });
});
