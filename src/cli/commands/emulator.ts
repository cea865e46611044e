import {
  Command,
  type CommandUnknownOpts,
  InvalidArgumentError,
} from "@commander-js/extra-typings";
import { OWN_CREDENTIALS } from "../../emulator/access/applications.ts";
import { DEMO_CATALOG } from "../../emulator/demo-catalog.ts";
import { FAULT_ACTIONS } from "../../emulator/faults/rule.ts";
import { readyLine } from "../../emulator/ready-line.ts";
import type { CommandContext, CommandResult, ProgramOptions } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { addDetails } from "../help-details.ts";
import { printJson } from "../output.ts";
import { standardOutput } from "../standard-output.ts";
import { untilAborted } from "../until-aborted.ts";
import { emulatorVerifyCommand } from "./emulator-verify.ts";

interface EmulatorFlags {
  readonly port: number;
  readonly data?: string;
  readonly catalog?: string;
  readonly objectStoreUrl?: string;
  readonly hostName?: readonly string[];
  readonly tls?: true;
  readonly autoApprove?: true;
  readonly fault?: readonly string[];
}

const FAULT_DETAILS = `A fault, such as --fault 'GET /v1pre3/files/* n=3 status=503 retry-after=2':
  METHOD          GET, POST, … or *
  PATTERN         the whole path; * matches any characters, /objects/* is the object store
  n=K             only the first K times; the first rule that matches acts
and one ACTION or several:
${faultActionLines().join("\n")}`;

const SIGN_IN_DETAILS = `To sign in to it when the catalog has no app:
  client id      ${OWN_CREDENTIALS.clientKey}
  client secret  ${OWN_CREDENTIALS.clientSecret}`;

export function emulatorCommand({ context, onResult }: ProgramOptions): CommandUnknownOpts {
  const command = new Command("emulator")
    .description(
      "run a local BaseSpace; prints one line of JSON when it is ready, and ends at Ctrl-C",
    )
    .option("--port <n>", "port of the API; 0 takes any free one", parsePort, 0)
    .option("--data <dir>", "keep all data here, across restarts and crashes (default: in memory)")
    .option("--tls", "signed links over TLS; caPath in the line is for NODE_EXTRA_CA_CERTS")
    .option("--auto-approve", "approve every sign-in at once, without its page")
    .option("--catalog <file>", "the initial account (default: the demo's)")
    .option(
      "--object-store-url <url>",
      "base of signed links, where another server serves DIR/objects",
    )
    .option(
      "--host-name <name...>",
      "also accept requests for this host, such as that of a proxy",
      collect,
    )
    .option(
      "--fault <rule...>",
      "simulate a fault: 'METHOD PATTERN [n=K] ACTION…', see below",
      collect,
    );
  // Without this, `emulator` would take the options of `emulator verify` that have the names of its own.
  command.enablePositionalOptions().addCommand(emulatorVerifyCommand({ context, onResult }));
  return addDetails(command, `${FAULT_DETAILS}\n\n${SIGN_IN_DETAILS}`).action(async (flags) =>
    onResult(await emulator(flags, context)),
  );
}

function faultActionLines(): readonly string[] {
  return FAULT_ACTIONS.map(([action, meaning]) => `  ${action.padEnd(14)}  ${meaning}`);
}

/** In its own function, because tsc does not rewrite the extension of an import beside an `await using`. */
async function loadEmulator(): Promise<typeof import("../../emulator/start-emulator.ts")> {
  return await import("../../emulator/start-emulator.ts");
}

async function emulator(flags: EmulatorFlags, { signal }: CommandContext): CommandResult {
  const { startEmulator } = await loadEmulator();
  await using running = await startEmulator({
    port: flags.port,
    ...(flags.fault === undefined ? {} : { faults: flags.fault }),
    tls: flags.tls ?? false,
    autoApprove: flags.autoApprove ?? false,
    ...(flags.data === undefined ? {} : { dataDir: flags.data }),
    catalogFile: flags.catalog ?? DEMO_CATALOG,
    ...(flags.hostName === undefined ? {} : { hostNames: flags.hostName }),
    ...(flags.objectStoreUrl === undefined ? {} : { objectStoreUrl: flags.objectStoreUrl }),
  });
  printJson(readyLine(running));
  // A program may be waiting for this line.
  await standardOutput.flush(signal);
  await untilAborted(signal);
  return EXIT.done;
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535)
    throw new InvalidArgumentError(`${JSON.stringify(text)} is no port, which is 0 to 65535`);
  return port;
}

function collect(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}
