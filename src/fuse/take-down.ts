import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { isOutOfDescriptors } from "../core/descriptors.ts";
import { BsmountError } from "../core/errors.ts";
import { mountedOn } from "./mount-table.ts";

const run = promisify(execFile);

/** Nothing here waits for the filesystem's content; a tool that takes longer has met a hanging mount. */
const TOOL_TIMEOUT_MS = 10_000;

interface Tool {
  readonly command: string;
  readonly plain: readonly string[];
  readonly lazy: readonly string[];
}

/** In the order they are tried: umount works for root only, and fusermount may not be installed there. */
const TOOLS: readonly Tool[] = [
  { command: "fusermount", plain: ["-u"], lazy: ["-u", "-z"] },
  { command: "fusermount3", plain: ["-u"], lazy: ["-u", "-z"] },
  { command: "umount", plain: [], lazy: ["-l"] },
];

/**
 * Unmounts what is mounted on `mountPoint` (absolute, no symlinks) with the system's tools, without a
 * shell. `lazy` detaches a mount that is in use or dead. No mount there is no error.
 * @throws BsmountError `busy`; `environment` when there is no tool; `unavailable`
 */
export async function takeDown(
  mountPoint: string,
  options: { readonly lazy: boolean },
  signal: AbortSignal,
): Promise<void> {
  for (const tool of TOOLS) {
    if (mountedOn(mountPoint) === undefined) return;
    const outcome = await attempt(tool, mountPoint, { ...options, signal });
    if (outcome === "done" || mountedOn(mountPoint) === undefined) return;
    if (outcome !== "missing") throw outcome;
  }
  throw new BsmountError("environment", "no command to unmount with", {
    remedy: "apt-get install fuse3",
  });
}

async function attempt(
  tool: Tool,
  mountPoint: string,
  options: { readonly lazy: boolean; readonly signal: AbortSignal },
): Promise<"done" | "missing" | BsmountError> {
  const flags = options.lazy ? tool.lazy : tool.plain;
  try {
    await run(tool.command, [...flags, "--", mountPoint], {
      timeout: TOOL_TIMEOUT_MS,
      // Of a program that is not there Node leaves its listener on the signal it is given.
      signal: AbortSignal.any([options.signal]),
      env: { ...process.env, LC_ALL: "C" },
    });
    return "done";
  } catch (error) {
    options.signal.throwIfAborted();
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "missing";
    return failure(mountPoint, error);
  }
}

/** The tools say what went wrong in words only; "busy" is the kernel's own for EBUSY. */
function failure(mountPoint: string, error: unknown): BsmountError {
  if (isOutOfDescriptors(error)) {
    const problem = `cannot unmount ${mountPoint}: this process can open nothing more`;
    const remedy = "close files that are open on the mount and try again, or use --lazy";
    return new BsmountError("no-descriptors", problem, { cause: error, remedy });
  }
  const said = ((error as { stderr?: string }).stderr ?? "").trim();
  if (/busy/i.test(said)) {
    return new BsmountError("busy", `${mountPoint} is in use`, { cause: error });
  }
  return new BsmountError("unavailable", `cannot unmount ${mountPoint}: ${said}`, { cause: error });
}
