import { BsmountError } from "../core/errors.ts";
import { type AskOptions, askMount, SilentMountError } from "./control-client.ts";
import type { ControlRequest } from "./control-protocol.ts";
import { isStopped } from "../linux/process-identity.ts";
import type { RegistryEntry } from "./registry.ts";

/**
 * Sends a request to the process of a mount. Waits as long as it reports progress, and fails when it does not respond
 * for ten seconds.
 * @throws BsmountError `timeout`, which names the process and has a SilentMountError as its cause
 */
export async function askEntry(
  { socketPath, record }: RegistryEntry,
  request: ControlRequest,
  options: AskOptions & { readonly signal: AbortSignal },
): Promise<unknown> {
  try {
    return await askMount(socketPath, request, options);
  } catch (error) {
    throw error instanceof SilentMountError ? silentError(record.status, error) : error;
  }
}

/** Whether `error` means that the process of the mount does not respond. */
export function isSilence(error: unknown): boolean {
  return error instanceof BsmountError && error.cause instanceof SilentMountError;
}

/** `process 123 is stopped`, or that it does not respond. */
export function describeSilence(pid: number): string {
  return `process ${pid} ${isStopped(pid) ? "is stopped" : "does not respond"}`;
}

function silentError(
  { mountPoint, pid }: RegistryEntry["record"]["status"],
  cause: SilentMountError,
): BsmountError {
  const goOn = isStopped(pid) ? `kill -CONT ${pid}` : "wait";
  return new BsmountError("timeout", `the mount on ${mountPoint}: ${describeSilence(pid)}`, {
    cause,
    remedy: `${goOn}, or detach the mount: bsmount unmount --lazy ${mountPoint}`,
  });
}
