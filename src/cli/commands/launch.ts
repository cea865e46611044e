import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { LaunchSpecification } from "../../api/launch/launch-specification.ts";
import type { GivenOptions } from "../../config/option-values.ts";
import { printable } from "../../core/terminal-text.ts";
import type { CommandContext, CommandResult, ProgramOptions } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { addDetails } from "../help-details.ts";
import { type App, findApp } from "../launch/find-app.ts";
import { type FormerSession, newestSession, sessionGiven } from "../launch/find-former-session.ts";
import { launchPayload, type NamedValues, namedValue } from "../launch/launch-arguments.ts";
import { printInputs, showInputs } from "../launch/show-inputs.ts";
import { addOptions, CONNECTION_OPTIONS, explained } from "../option-flags.ts";
import { printJson, printLine } from "../output.ts";
import { openRemoteSession } from "../remote-session.ts";

const DETAILS = `The app's newest session that shows inputs says which arguments and options it takes, and
the values of those that are not given; --inputs prints them. An argument is:
  a sample, project, …   its Id, its name, its path bs:/…, or its path in a mount;
                         a sample's name is searched for in the projects of the launch
  a list                 separated by commas, or @FILE with a line for each
  a table                rows separated by ::, their cells by commas, or @FILE
  a text                 as it is`;

export function launchCommand({ context, onResult }: ProgramOptions): CommandUnknownOpts {
  const command = new Command("launch")
    .description("start an app with the inputs that a former session of it shows")
    .argument("<app>", "its Id or name")
    .argument("[args...]", "its inputs without a value, in the order that --inputs prints")
    .option("--from <session>", "the former session: its Id or name, or a result of it, bs:/…")
    .option(
      "-o, --option <name=value>",
      "another value for an input; can be given several times",
      explained(namedValue),
    )
    .option(
      "--sample-attribute <name=value>",
      "said of every sample; can be given several times",
      explained(namedValue),
    )
    .option("--name <text>", "of the new session; default: the app and its samples")
    .option("--agent <id>", "the machine that runs the app, for apps on your own machines")
    .option("--inputs", "print what the app takes, and start nothing")
    .option("--dry-run", "print the JSON that would be sent, and start nothing")
    .option("--json", "machine output");
  return addDetails(addOptions(command, CONNECTION_OPTIONS), DETAILS).action(
    async (app, args, flags) => {
      onResult(await launch(app, { args, flags }, context));
    },
  );
}

interface LaunchFlags extends GivenOptions {
  readonly from?: string;
  readonly option?: NamedValues;
  readonly sampleAttribute?: NamedValues;
  readonly name?: string;
  readonly agent?: string;
  readonly inputs?: true;
  readonly dryRun?: true;
  readonly json?: true;
}

interface Given {
  readonly args: readonly string[];
  readonly flags: LaunchFlags;
}

async function launch(
  appText: string,
  { args, flags }: Given,
  context: CommandContext,
): CommandResult {
  const { signal } = context;
  await using session = await openRemoteSession(flags, context);
  const app = await findApp(session.client, appText, signal);
  const former =
    flags.from === undefined
      ? await newestSession(app, { session, signal })
      : await sessionGiven(flags.from, app, { session, signal });
  const specification = LaunchSpecification.of(former.metaData.launchInputs());
  if (flags.inputs === true) {
    const print = flags.json === true ? printInputs : showInputs;
    print(app, former, specification);
    return EXIT.done;
  }
  const options = flags.option ?? new Map<string, string>();
  const payload = await launchPayload({ specification, args, options, session, signal });
  const { name, agent, sampleAttribute = new Map<string, string>() } = flags;
  const form = await payload.form(app.name, {
    ...(name === undefined ? {} : { name }),
    ...(agent === undefined ? {} : { agentId: agent }),
    sampleAttributes: Object.fromEntries(sampleAttribute),
  });
  if (flags.dryRun === true) {
    printJson(form);
    return EXIT.done;
  }
  const started = await session.client.applications.launchForm(app.id, form, { signal });
  report(started, { app, former, isJson: flags.json === true });
  return EXIT.done;
}

interface Started {
  readonly id: string;
  readonly href: string;
  readonly name: string;
  readonly status?: string;
}

function report(
  { id, name, href, status }: Started,
  { app, former, isJson }: { app: App; former: FormerSession; isJson: boolean },
): void {
  if (isJson) {
    const application = { id: app.id, name: app.name };
    printJson({ id, name, href, status, application, from: former.id });
    return;
  }
  printLine(`${printable(name)} was started as session ${id} (${printable(status ?? "?")})`);
  printLine(`  bsmount await ${id} waits for its end`);
}
