import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { isOutOfDescriptors } from "../core/descriptors.ts";
import { BsmountError } from "../core/errors.ts";
import { mountedOn } from "./mount-table.ts";

const run = promisify(execFile);

/** The tools wait for no content of the filesystem; one that takes longer was stopped by a hanging mount. */
const TOOL_TIMEOUT_MS = 10_000;

interface Tool {
  readonly command: string;
  readonly plain: readonly string[];
  readonly lazy: readonly string[];
}

/** In the order in which they are tried: umount works for root only, and fusermount may not be installed. */
const TOOLS: readonly Tool[] = [
  { command: "fusermount", plain: ["-u"], lazy: ["-u", "-z"] },
  { command: "fusermount3", plain: ["-u"], lazy: ["-u", "-z"] },
  { command: "umount", plain: [], lazy: ["-l"] },
];

/**
 * Unmounts what is mounted on `mountPoint` (absolute, no symlinks) with fusermount or umount, without a shell. `lazy`
 * detaches a mount that is in use or dead. Does nothing when nothing is mounted there.
 * @throws BsmountError `busy`; `environment` when no tool is installed; `unavailable`
 */
export async function unmountWithTools(
  mountPoint: string,
  options: { readonly lazy: boolean },
  signal: AbortSignal,
): Promise<void> {
  for (const tool of TOOLS) {
    if (mountedOn(mountPoint) === undefined) return;
    const outcome = await runTool(tool, mountPoint, { ...options, signal });
    if (outcome === "done" || mountedOn(mountPoint) === undefined) return;
    if (outcome !== "missing") throw outcome;
  }
  throw new BsmountError("environment", "no command to unmount with", {
    remedy: "apt-get install fuse3",
  });
}

async function runTool(
  tool: Tool,
  mountPoint: string,
  options: { readonly lazy: boolean; readonly signal: AbortSignal },
): Promise<"done" | "missing" | BsmountError> {
  const flags = options.lazy ? tool.lazy : tool.plain;
  try {
    await run(tool.command, [...flags, "--", mountPoint], {
      timeout: TOOL_TIMEOUT_MS,
      // When the program does not exist, Node never removes its listener from the signal that it was given.
      signal: AbortSignal.any([options.signal]),
      env: { ...process.env, LC_ALL: "C" },
    });
    return "done";
  } catch (error) {
    options.signal.throwIfAborted();
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "missing";
    return unmountError(mountPoint, error);
  }
}

/** The tools report failures as text only; "busy" comes from the kernel's message for EBUSY. */
function unmountError(mountPoint: string, error: unknown): BsmountError {
  if (isOutOfDescriptors(error)) {
    const problem = `cannot unmount ${mountPoint}: this process has no free file descriptor`;
    const remedy = "close files that are open on the mount and try again, or use --lazy";
    return new BsmountError("no-descriptors", problem, { cause: error, remedy });
  }
  const stderr = ((error as { stderr?: string }).stderr ?? "").trim();
  if (/busy/i.test(stderr)) {
    return new BsmountError("busy", `${mountPoint} is in use`, { cause: error });
  }
  return new BsmountError("unavailable", `cannot unmount ${mountPoint}: ${stderr}`, {
    cause: error,
  });
}
