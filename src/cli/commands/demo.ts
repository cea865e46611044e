import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import type { ProgramOptions } from "../context.ts";

export function demoCommand({ context, onResult }: ProgramOptions): CommandUnknownOpts {
  return new Command("demo")
    .description("mount a local BaseSpace with real data, run real tools on it, stay until Ctrl-C")
    .option("--once", "end after the tools have run")
    .action(async (flags) => {
      const { runDemo } = await import("../demo/run-demo.ts");
      onResult(await runDemo(flags.once === true, context));
    });
}
