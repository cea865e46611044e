import { Command } from "commander";
import type { ProgramOptions } from "../context.ts";

export function demoCommand({ context, onResult }: ProgramOptions): Command {
  return new Command("demo")
    .description("mount a local BaseSpace with real data, run real tools on it, stay until Ctrl-C")
    .option("--once", "end when the tools have run")
    .action(async (flags: { readonly once?: boolean }) => {
      const { runDemo } = await import("../demo/run-demo.ts");
      onResult(await runDemo(flags.once === true, context));
    });
}
