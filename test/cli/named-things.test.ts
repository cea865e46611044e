import { readFileSync } from "node:fs";
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { buildProgram } from "../../src/cli/program.ts";
import { neverAborted } from "../../src/core/abort.ts";
import { nodesOf, sourceModules } from "../helpers/source-code.ts";

/*
 * Every option and command of bsmount that an error, a help text or a page mentions has to exist, and to be shown in
 * help.
 */

/** Options of other programs, each named together with its program. */
const FOREIGN: readonly (readonly [RegExp, readonly string[]])[] = [
  [/apptainer/, ["--bind", "--fusemount"]],
  [/docker|container/, ["--device", "--cap-add", "--security-opt", "--privileged", "--rm"]],
  [/docker run/, ["--init", "--name", "--stop-timeout"]],
  [/md5sum/, ["--check"]],
  [/npm/, ["--ignore-scripts", "--prefix", "--once"]],
  [/npm run mutate/, ["--concurrency", "--file", "--no-mount", "--quick", "--test"]],
  [/rsync/, ["--delete", "--size-only"]],
  [/setFlagsFromString/, ["--heap-growing-percent"]],
  [/systemctl/, ["--now", "--user"]],
  [/vitest/, ["--project"]],
];

/** Words that follow "bsmount" in sentences and are no commands. */
const PROSE: ReadonlySet<string> = new Set([
  "has",
  "does",
  "is",
  "makes",
  "again",
  "already",
  "itself",
]);

const environment = { variables: {}, home: "/nowhere", uid: 0, gid: 0 };
const context = { signal: neverAborted, environment, handOverSignals: () => undefined };
const { commands, options } = buildProgram({ context, onResult: () => undefined });

const COMMANDS: ReadonlySet<string> = new Set(
  commands.flatMap((command) => [command.name(), ...command.aliases()]),
);
const optionsOf = (command: CommandUnknownOpts): CommandUnknownOpts["options"] => [
  ...command.options,
  ...command.commands.flatMap(optionsOf),
];

const OPTIONS: ReadonlySet<string> = new Set([
  "--help",
  ...[...options, ...commands.flatMap(optionsOf)]
    .filter(({ hidden }) => !hidden)
    .map(({ long }) => long ?? ""),
]);

const optionsIn = (text: string): readonly string[] =>
  text.match(/(?<![\w-])--[a-z][a-z-]*[a-z]/g) ?? [];

const commandsIn = (text: string): readonly string[] =>
  [...text.matchAll(/(?<![\w/~.])bsmount ([a-z][a-z-]*)/g)].map(([, word = ""]) => word);

/** What of a text names an option or a command that does not exist. */
function unknownIn(text: string, around = text): readonly string[] {
  const isForeign = (option: string): boolean =>
    FOREIGN.some(([program, flags]) => flags.includes(option) && program.test(around));
  return [
    ...optionsIn(text).filter((option) => !OPTIONS.has(option) && !isForeign(option)),
    ...commandsIn(text).filter((word) => !COMMANDS.has(word) && !PROSE.has(word)),
  ];
}

/** Texts that stand in a module; the pieces of a template come one by one. */
function textsOf(tree: ts.SourceFile): readonly string[] {
  const isText = (node: ts.Node): node is ts.StringLiteralLike =>
    ts.isStringLiteralLike(node) ||
    ts.isTemplateHead(node) ||
    ts.isTemplateMiddle(node) ||
    ts.isTemplateTail(node);
  return nodesOf(tree)
    .filter(isText)
    .map(({ text }) => text);
}

/** What a page shows as code: in blocks and in backticks. */
function codeOf(markdown: string): readonly string[] {
  const blocks = markdown.match(/^ *```[^]*?^ *```/gm) ?? [];
  const spans = markdown.replaceAll(/^ *```[^]*?^ *```/gm, "").match(/`[^`\n]+`/g) ?? [];
  return [...blocks, ...spans];
}

describe("commands and options that are mentioned exist", () => {
  it("in every text of the modules: errors, remedies, help", () => {
    const unknown = sourceModules(/--[a-z]|bsmount [a-z]/)
      // Custom properties of CSS look the same.
      .filter(({ path }) => !path.startsWith("emulator/pages/"))
      .flatMap(({ path, tree }) =>
        textsOf(tree).flatMap((text) =>
          unknownIn(text, tree.text).map((name) => `${path}: ${name}`),
        ),
      );
    expect(unknown).toEqual([]);
  });

  it.each([
    "README.md",
    "CONTRIBUTING.md",
    "docs/cookbook.md",
    "docs/deploying.md",
    "src/README.md",
    "src/emulator/README.md",
    "src/emulator/catalog/README.md",
    "native-notes/semantics.md",
    "native-notes/linux.md",
    "native-notes/fuse-native.md",
    "test/README.md",
  ])("in %s", (page) => {
    const markdown = readFileSync(new URL(`../../${page}`, import.meta.url), "utf8");
    expect(codeOf(markdown).flatMap((code) => unknownIn(code, markdown))).toEqual([]);
  });

  it("and the check notices those that do not", () => {
    expect(unknownIn("name a folder with --nowhere-dir, or run bsmount frobnicate")).toEqual([
      "--nowhere-dir",
      "frobnicate",
    ]);
    expect(unknownIn("--cache-dir, --state-dir and bsmount downloads")).toEqual([
      "--cache-dir",
      "downloads",
    ]);
    expect(codeOf("a `--b` c\n```\n--d `e`\n```\n").join()).toBe("```\n--d `e`\n```,`--b`");
  });
});
