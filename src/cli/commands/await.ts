import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import type { GivenOptions } from "../../config/option-values.ts";
import { printable } from "../../core/terminal-text.ts";
import { findTarget, type Target } from "../await/targets.ts";
import { type Change, waitForEnds } from "../await/wait-for-ends.ts";
import type { CommandContext, CommandResult, ProgramOptions } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { addDetails } from "../help-details.ts";
import { addOptions, CONNECTION_OPTIONS, valueParser } from "../option-flags.ts";
import { printJson, printLine, printWarning } from "../output.ts";
import { openRemoteSession } from "../remote-session.ts";

const INTERVAL_MS = 5000;

const DETAILS = `Exit codes: 0 all are Complete; 1 one has ended otherwise, or needs attention; 3 the time was over
before their end; 130 interrupted.`;

/** The timeout of requests has the name that this command uses for the whole wait. */
const OPTIONS = CONNECTION_OPTIONS.filter((key) => key !== "timeout");

export function awaitCommand({ context, onResult }: ProgramOptions): CommandUnknownOpts {
  const command = new Command("await")
    .description("wait until sessions and runs have ended, and print how their states change")
    .argument(
      "<targets...>",
      "the Id of a session or a run, bs:/runs/…, or a path of an app result",
    )
    .option(
      "--timeout <duration>",
      "give up after this time, with exit code 3 (default: none)",
      valueParser("timeout"),
    )
    .option(
      "--interval <duration>",
      "the first pause between two requests; each is longer than the one before, up to a minute (default: 5s)",
      valueParser("timeout"),
    )
    .option("--json", "machine output: a line for each change");
  return addDetails(addOptions(command, OPTIONS), DETAILS).action(async (targets, flags) => {
    onResult(await awaitAll(targets, flags, context));
  });
}

interface AwaitFlags extends GivenOptions {
  readonly timeout?: number;
  readonly interval?: number;
  readonly json?: true;
}

async function awaitAll(
  texts: readonly string[],
  { timeout, interval = INTERVAL_MS, ...flags }: AwaitFlags,
  context: CommandContext,
): CommandResult {
  const { signal } = context;
  const until = timeout === undefined ? Infinity : Date.now() + timeout;
  await using session = await openRemoteSession(flags, context);
  const targets = new Map<string, Target>();
  for (const text of texts) {
    const target = await findTarget(text, { session, signal });
    targets.set(`${target.type} ${target.id}`, target);
  }
  const all = [...targets.values()];
  const onChange = flags.json === true ? printChangeAsJson : printChange;
  const outcomes = await waitForEnds(all, { intervalMs: interval, until, signal, onChange });
  if (outcomes.includes("failed")) return EXIT.failed;
  const waiting = all.filter((_target, at) => outcomes[at] === "waiting");
  for (const { type, id } of waiting) printWarning(`${type} ${id} has not ended yet`);
  return waiting.length === 0 ? EXIT.done : EXIT.uploadsLeft;
}

function printChange({ target, state, previous }: Change): void {
  const status = printable(state.status || "no status");
  const states =
    previous === undefined ? status : `${printable(previous || "no status")} → ${status}`;
  const summary = state.summary === "" ? "" : ` (${printable(state.summary)})`;
  printLine(`${target.type} ${target.id} ${printable(state.name)}: ${states}${summary}`);
}

function printChangeAsJson({ target, state, previous, outcome }: Change): void {
  const { type, id } = target;
  const { name, status, summary } = state;
  printJson({ time: new Date().toISOString(), type, id, name, status, previous, summary, outcome });
}
