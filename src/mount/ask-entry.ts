import { BsmountError } from "../core/errors.ts";
import { type AskOptions, askMount, SilentMountError } from "./control-client.ts";
import type { ControlRequest } from "./control-protocol.ts";
import { isStopped } from "../linux/process-identity.ts";
import type { RegistryEntry } from "./registry.ts";

/**
 * Asks the process of a mount. One that says nothing is an error within ten seconds; one that works on the
 * request is waited for.
 * @throws SilentMountError as the cause of a `timeout` that names the process and what to do
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

/** Whether `error` says that the mount's process says nothing. */
export function isSilence(error: unknown): boolean {
  return error instanceof BsmountError && error.cause instanceof SilentMountError;
}

/** `process 123 is stopped`, or that it does not answer. */
export function silenceOf(pid: number): string {
  return `process ${pid} ${isStopped(pid) ? "is stopped" : "does not answer"}`;
}

function silentError(
  { mountPoint, pid }: RegistryEntry["record"]["status"],
  cause: SilentMountError,
): BsmountError {
  const goOn = isStopped(pid) ? `kill -CONT ${pid}` : "wait";
  return new BsmountError("timeout", `the mount on ${mountPoint}: ${silenceOf(pid)}`, {
    cause,
    remedy: `${goOn}, or detach the mount: bsmount unmount --lazy ${mountPoint}`,
  });
}
