import process from "node:process";
import type { GivenOptions } from "../config/option-values.ts";
import { resolveConfig } from "../config/config.ts";
import { createLogger } from "../core/logger.ts";
import type { RefuseElsewhere } from "../session/ending-result.ts";
import type { Session, SessionOptions } from "../session/session.ts";
import type { CommandContext } from "./context.ts";

/** Opens a session for a command that works without a mount. It logs to standard error when a log level is given. */
export async function openRemoteSession(
  given: GivenOptions,
  { environment, signal }: CommandContext,
  options: Pick<SessionOptions, "adoptsLeftovers" | "makesResults" | "newResults"> = {},
): Promise<Session> {
  const config = await resolveConfig(given, environment);
  const level = given.logLevel === undefined ? "silent" : config.log.level;
  const { openSession } = await import("../session/session.ts");
  const logger = createLogger(level, process.stderr);
  const refuseElsewhere: RefuseElsewhere = async (result, inner) => {
    const { refuseUnfinishedInMounts } = await import("../mount/mount.ts");
    await refuseUnfinishedInMounts(config.folders.runtime)(result, inner);
  };
  return await openSession(config, { logger, refuseElsewhere, ...options }, signal);
}
