import { EXIT } from "../../src/cli/exit-codes.ts";
import { buildProgram } from "../../src/cli/program.ts";
import {
  type CommandReference,
  describeProgram,
  type OptionReference,
} from "../../src/cli/reference/describe-program.ts";
import { OPTION_TYPES } from "../../src/config/option-types.ts";
import { shownDefault, shownRows } from "../../src/config/option-values.ts";
import { neverAborted } from "../../src/core/abort.ts";
import { VERSION } from "../../src/core/version.ts";
import { bold, heading, item, lead, paragraph, subheading, text, verbatim } from "./roff.ts";

/** bsmount(1) in the language of man(7), made of the commands and the option table. */
export function manPage(): string {
  const program = reference();
  return [
    '.\\" Made by "npm run man-page" of the commands and the option table.',
    `.TH BSMOUNT 1 "${WORDING_OF}" "bsmount ${VERSION}" "BaseSpace"`,
    heading("Name"),
    text(`bsmount - ${program.description}`),
    heading("Synopsis"),
    `${bold("bsmount")} ${text("COMMAND [options] …")}`,
    heading("Description"),
    lead(DESCRIPTION),
    paragraph(REMOTE_PATHS),
    heading("Commands"),
    lead("bsmount COMMAND --help shows the same of one command."),
    ...program.commands.flatMap((command) => commandLines(command, program.names[0])),
    heading("Options"),
    lead("Of several commands; each command above names those that it takes."),
    ...tableLines(),
    ...formatLines(),
    heading("Environment"),
    ...environmentLines(),
    heading("Exit status"),
    ...Object.entries(EXIT).map(([name, code]) =>
      item(bold(String(code)), EXIT_MEANINGS[name as keyof typeof EXIT]),
    ),
    heading("Files"),
    ...Object.entries(FILES).map(([path, what]) => item(bold(path), what)),
    heading("See also"),
    `${bold("fusermount3")}(1), ${bold("fuse")}(8), ${bold("mount")}(8)`,
    "",
  ].join("\n");
}

/** When something in this file, not in the commands, last changed. */
const WORDING_OF = "December 1, 2026";

const DESCRIPTION =
  "Shows runs, projects, samples and results of a BaseSpace account as files, and fetches only the bytes that " +
  "a program reads. What is written into the files folder of an app result that is open is uploaded.";

const REMOTE_PATHS = "A path in BaseSpace is written bs:/projects/…, as a mount shows it.";

const EXIT_MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  done: "Done.",
  failed: "Failed, also when standard output could not be written.",
  usage: "The command line is wrong.",
  uploadsLeft:
    "Files were not uploaded, or await a rename; or what await waits for has not ended. After unmount, the message says whether the mount is still there.",
  access: "Not signed in, or not allowed.",
  interrupted: "Interrupted; a second Ctrl-C ends at once.",
  readerGone:
    "Nobody read the output any more, as in | head -1. A command that does more than print fails instead.",
};

const FILES: Readonly<Record<string, string>> = {
  "~/.basespace/NAME.cfg": "The profile NAME: server, app and token. Nobody else may read it.",
  "~/.basespacepy.cfg": "Profiles as sections.",
  "$XDG_STATE_HOME/bsmount": "Logs, and what was written and is not in BaseSpace yet.",
  "$XDG_RUNTIME_DIR/bsmount": "One socket for each live mount.",
};

/** The variables that are not in the option table. */
const OTHER_VARIABLES: Readonly<Record<string, string>> = {
  BASESPACE_ACCESS_TOKEN: "The access token itself; takes precedence over the default profile.",
  HTTPS_PROXY: "The HTTP proxy for https, as http://host:port; HTTP_PROXY that for http.",
  NO_PROXY: "Hosts that are reached without the proxy.",
  XDG_STATE_HOME: "Logs and staged files are in its folder bsmount. Default: ~/.local/state.",
  XDG_RUNTIME_DIR:
    "The sockets of live mounts are in its folder bsmount. Default: $XDG_STATE_HOME/bsmount/run.",
};

/** The options that each variable sets, and the other variables, by name. */
function environmentLines(): readonly string[] {
  const ofOptions = shownRows().flatMap(({ env, name }) =>
    env === undefined ? [] : [[env, `Sets --${name} where the option is not given.`] as const],
  );
  const all = [...ofOptions, ...Object.entries(OTHER_VARIABLES)];
  return all
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, meaning]) => item(bold(name), meaning));
}

/** How the values of options are written, each format once. */
function formatLines(): readonly string[] {
  const formats = new Set(shownRows().flatMap(({ type }) => OPTION_TYPES[type].format ?? []));
  return [...formats].map(paragraph);
}

function reference(): CommandReference {
  const environment = { variables: {}, home: "/nowhere", uid: 0, gid: 0 };
  const context = { signal: neverAborted, environment, handOverSignals: () => undefined };
  return describeProgram(buildProgram({ context, onResult: () => undefined }));
}

function commandLines(command: CommandReference, above: string): readonly string[] {
  const [name, ...aliases] = command.names;
  const own = command.options.filter(({ row, long }) => row === undefined && long !== "--help");
  const shared = command.options.filter(({ row }) => row !== undefined);
  return [
    subheading(`${above} ${name} ${withoutAlias(command.usage)}`),
    lead(`${sentence(command.description)}${alsoAs(aliases)}`),
    ...command.arguments.map((argument) => item(text(argument.name), sentence(argument.help))),
    ...own.map((option) => item(flagsOf(option), sentence(option.help))),
    ...(shared.length === 0
      ? []
      : [paragraph(`Options below: ${shared.map(({ long }) => long).join(", ")}.`)]),
    ...(command.details === undefined ? [] : [verbatim(command.details)]),
    ...command.commands
      .filter(({ names }) => names[0] !== "help")
      .flatMap((below) => commandLines(below, `${above} ${name}`)),
  ];
}

/** commander shows them in front of the usage. */
function withoutAlias(usage: string): string {
  return usage.replace(/^\|\S+ /, "");
}

function alsoAs(aliases: readonly string[]): string {
  return aliases.length === 0 ? "" : ` Also: ${aliases.join(", ")}.`;
}

function tableLines(): readonly string[] {
  return shownRows().map((row) => {
    const { name, argument, env, help } = row;
    const defaultText = shownDefault(row);
    const flag = `${bold(`--${name}`)}${argument === undefined ? "" : ` ${text(argument)}`}`;
    const facts = [
      sentence(help),
      ...(defaultText === undefined ? [] : [`Default: ${defaultText}.`]),
      ...(env === undefined ? [] : [`Variable: ${env}.`]),
    ];
    return item(flag, facts.join(" "));
  });
}

function flagsOf({ short, long, argument }: OptionReference): string {
  const flags = [short, long].flatMap((flag) => (flag === undefined ? [] : bold(flag))).join(", ");
  return argument === undefined ? flags : `${flags} ${text(argument)}`;
}

/** The help's half sentences begin small and end without a full stop. */
function sentence(help: string): string {
  const begun = `${help.slice(0, 1).toUpperCase()}${help.slice(1)}`;
  const capital = /^(bs:|bsmount)/.test(help) ? help : begun;
  return /[.…]$/.test(capital) ? capital : `${capital}.`;
}
