import process from "node:process";
import { resolveConfig } from "../config/resolve.ts";
import { createLogger } from "../core/logger.ts";
import type { RefuseElsewhere } from "../session/ending-result.ts";
import type { Session } from "../session/session.ts";
import type { CommandContext } from "./context.ts";
import { givenOptions } from "./option-flags.ts";

/** A session for a command that reads BaseSpace without a mount; it logs warnings to standard error. */
export async function openRemoteSession(
  parsed: Readonly<Record<string, unknown>>,
  { environment, signal }: CommandContext,
): Promise<Session> {
  const options = givenOptions(parsed);
  const config = await resolveConfig(options, environment);
  const level = options.logLevel === undefined ? "silent" : config.log.level;
  const { openSession } = await import("../session/session.ts");
  const logger = createLogger(level, process.stderr);
  const refuseElsewhere: RefuseElsewhere = async (result, inner) => {
    const { refuseUnfinishedInMounts } = await import("../mount/index.ts");
    await refuseUnfinishedInMounts(config.folders.runtime)(result, inner);
  };
  return await openSession(config, { logger, refuseElsewhere }, signal);
}
