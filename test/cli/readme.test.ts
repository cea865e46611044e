import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { OPTIONS } from "../../src/config/options.ts";

/** The README's table of options, as the option table says it. */
function optionTable(): string {
  const shown = Object.values(OPTIONS).filter(({ withoutEffect }) => withoutEffect === undefined);
  const rows = shown.map(({ name, argument, env, defaultText, help }) => {
    const flag = argument === undefined ? `--${name}` : `--${name} ${argument}`;
    return `| \`${flag}\` | ${env === undefined ? "" : `\`${env}\``} | ${defaultText ?? "–"} | ${help} |`;
  });
  return [
    "| Option | Environment | Default | Meaning |",
    "| --- | --- | --- | --- |",
    ...rows,
  ].join("\n");
}

/** Cells without the padding that the formatter puts in. */
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
