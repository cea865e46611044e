import type { RetryMessage } from "../core/telemetry.ts";
import type { ErrorReport } from "./control-protocol.ts";
import type { MountStatus } from "./mount-status.ts";

/** Set in the environment of a daemon. */
export const DAEMON_VARIABLE = "BSMOUNT_DAEMON";

/** From the parent. The payload contains secrets, so it is not passed as an argument or a variable. */
export interface StartMessage {
  readonly type: "start";
  readonly payload: unknown;
}

/** From the child, once. */
export type StartedMessage =
  | { readonly type: "mounted"; readonly status: MountStatus }
  | { readonly type: "failed"; readonly error: ErrorReport };

/** From the child, before that, for each request that it sends again. */
export interface DaemonRetryMessage {
  readonly type: "retry";
  readonly retry: RetryMessage;
}

export function isRetryMessage(value: unknown): value is DaemonRetryMessage {
  return isTyped(value, "retry");
}

export function isStartMessage(value: unknown): value is StartMessage {
  return isTyped(value, "start");
}

export function isStartedMessage(value: unknown): value is StartedMessage {
  return isTyped(value, "mounted") || isTyped(value, "failed");
}

function isTyped(value: unknown, type: string): boolean {
  return typeof value === "object" && value !== null && (value as { type?: unknown }).type === type;
}
