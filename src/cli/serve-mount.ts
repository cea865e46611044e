import { ensurePrivateFolder } from "../linux/private-folder.ts";
import { createLogger, type Logger } from "../core/logger.ts";
import {
  type ForegroundHooks,
  type MountBaseSpaceOptions,
  openLogFile,
  refuseUnfinishedInMounts,
  runForeground,
} from "../mount/mount.ts";
import { tidyLeftovers } from "./leftovers.ts";
import type { MountPlan } from "./mount-plan.ts";
import type { CompletionOutcome } from "../session/result-completion.ts";
import { KERNEL_TTL_MS } from "../session/compose-tree.ts";
import { openSession } from "../session/session.ts";

/** Mounts, and returns when the mount has ended; logs to the log file of the plan. */
export async function serveMount(plan: MountPlan, hooks: ForegroundHooks): Promise<void> {
  await ensurePrivateFolder(plan.config.folders.state, plan.uid);
  await using log = await openLogFile(plan.logFile, plan.config.log.level);
  await runPlan(plan, { logger: log.logger, logFile: plan.logFile }, hooks);
}

/** Like {@link serveMount}, but logs to standard error. Returns which app results were completed at the end. */
export async function serveInForeground(
  plan: MountPlan,
  hooks: ForegroundHooks,
): Promise<CompletionOutcome> {
  await ensurePrivateFolder(plan.config.folders.state, plan.uid);
  return await runPlan(
    plan,
    { logger: createLogger(plan.config.log.level, process.stderr) },
    hooks,
  );
}

interface LogTarget {
  readonly logger: Logger;
  readonly logFile?: string;
}

async function runPlan(
  plan: MountPlan,
  log: LogTarget,
  hooks: ForegroundHooks,
): Promise<CompletionOutcome> {
  const { config, mountPoint } = plan;
  const options: MountBaseSpaceOptions = {
    mountPoint,
    runtimeFolder: config.folders.runtime,
    ownFolders: [config.folders.cache, config.folders.state, config.folders.staging, plan.logFile],
    readOnly: config.mount.readOnly,
    allowOther: config.mount.allowOther,
    noexec: config.mount.noexec,
    maxBackground: config.mount.maxBackground,
    attributeTtlMs: KERNEL_TTL_MS,
    negativeTtlMs: Math.min(KERNEL_TTL_MS, config.tree.negativeTtlMs),
    ...log,
  };
  const open = async (signal: AbortSignal) => {
    const refuseElsewhere = refuseUnfinishedInMounts(config.folders.runtime);
    const adoptsLeftovers = !config.mount.readOnly;
    const session = await openSession(
      config,
      { ...log, refuseElsewhere, adoptsLeftovers, makesResults: true, hasOwnFiles: true },
      signal,
    );
    // What is left is another user's, or of another server.
    await tidyLeftovers(config, log.logger);
    return session;
  };
  return await runForeground(open, options, hooks);
}
