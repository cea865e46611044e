import type { Socket } from "node:net";
import { BsmountError, describeError, type FailureReason } from "../core/errors.ts";
import { redactText } from "../core/redact.ts";
import type { NotCompleted } from "../session/result-completion.ts";
import {
  type TemporaryFilesPolicy,
  isTemporaryFilesPolicy,
} from "../session/temporary-files-policy.ts";
import { parseUploadsRequest, type UploadsRequest } from "./uploads-control.ts";

/*
 * The protocol of a mount's control socket: one JSON object per line, one reply for each request, in order. Progress
 * lines tell a working mount from a hanging one: the first is the greeting, after which the client sends its request,
 * and until the reply there is one every second. The socket is in a private folder, so only its owner and root can
 * connect.
 */

/** A longer line ends the connection. */
export const MAX_LINE_BYTES: number = 64 * 1024;

/** The requests that a mount accepts. */
export type ControlRequest =
  | UploadsRequest
  | { readonly method: "status" }
  | { readonly method: "metrics" }
  | {
      readonly method: "unmount";
      readonly lazy: boolean;
      /** Whether to wait for uploads that can be finished. */
      readonly wait: boolean;
      /** What to do with files that await a rename. The wire name stays: mounts of other versions use it. */
      readonly held?: TemporaryFilesPolicy;
    }
  | { readonly method: "refresh" }
  /** Asks for the files of an app result that are not in BaseSpace. */
  | { readonly method: "unfinished"; readonly appResultId: string }
  | {
      readonly method: "set-status";
      /** The path in the mount of the app result, or of anything in it. */
      readonly path: string;
      readonly status: string;
      readonly summary?: string;
      /** As in `unmount`. */
      readonly held?: TemporaryFilesPolicy;
      readonly uploadsInterrupted?: boolean;
    };

export type ControlReply =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly error: ErrorReport };

/** What a mount waits for before it replies. */
export interface PendingUploads {
  /** Files that are being uploaded or wait for that. */
  readonly pending: number;
  /** Their bytes that BaseSpace has not confirmed. */
  readonly leftBytes: number;
}

/** The result of `unmount`. */
export interface UnmountResult {
  /** Paths in the mount of files that are open for writing; the detached mount keeps serving them. */
  readonly open: readonly string[];
  /** Paths of files that are not in BaseSpace, and stay in staging. */
  readonly left: readonly string[];
  /** Whether the mount is still in use, and lives on until it is not. */
  readonly isUsed: boolean;
  /** Paths of app results that were completed; absent in mounts of older versions. */
  readonly completed?: readonly string[];
  /** Those that were to be completed and were not; absent in mounts of older versions. */
  readonly notCompleted?: readonly NotCompleted[];
}

/** The progress in a message; undefined when the message is a reply. */
export function progressOf(message: Record<string, unknown>): PendingUploads | undefined {
  const { progress } = message;
  return typeof progress === "object" && progress !== null
    ? (progress as PendingUploads)
    : undefined;
}

/** An error as sent to another process: its text includes the causes. */
export interface ErrorReport {
  readonly reason: FailureReason;
  readonly message: string;
  readonly remedy?: string;
}

export function reportOf(error: unknown): ErrorReport {
  const message = redactText(describeError(error));
  if (!(error instanceof BsmountError)) return { reason: "unavailable", message };
  const { reason, remedy } = error;
  return { reason, message, ...(remedy === undefined ? {} : { remedy }) };
}

export function errorOf(report: ErrorReport): BsmountError {
  const { reason, message, remedy } = report;
  return new BsmountError(reason, message, remedy === undefined ? {} : { remedy });
}

/** The request in a line. @throws BsmountError `invalid` */
export function parseRequest(line: string): ControlRequest {
  const value = parseObject(line);
  switch (value["method"]) {
    case "status":
      return { method: "status" };
    case "metrics":
      return { method: "metrics" };
    case "unmount":
      return {
        method: "unmount",
        lazy: value["lazy"] === true,
        wait: value["wait"] !== false,
        ...policyOf(value),
      };
    case "refresh":
      return { method: "refresh" };
    case "unfinished":
      return { method: "unfinished", appResultId: String(value["appResultId"]) };
    case "set-status":
      return parseSetStatus(value);
    default:
      return parseUploadsRequest(value) ?? unknownRequest(value);
  }
}

function unknownRequest({ method }: Record<string, unknown>): never {
  throw new BsmountError("invalid", `unknown request ${JSON.stringify(method)}`);
}

function policyOf({ held }: Record<string, unknown>): { readonly held?: TemporaryFilesPolicy } {
  return isTemporaryFilesPolicy(held) ? { held } : {};
}

function parseSetStatus(value: Record<string, unknown>): ControlRequest {
  const { path, status, summary, uploadsInterrupted } = value;
  if (typeof path !== "string" || typeof status !== "string") {
    throw new BsmountError("invalid", "set-status needs a path and a status");
  }
  const interrupted = uploadsInterrupted === true ? { uploadsInterrupted } : {};
  const policies = { ...policyOf(value), ...interrupted };
  const request = { method: "set-status", path, status, ...policies } as const;
  return typeof summary === "string" ? { ...request, summary } : request;
}

/** The object in a line. @throws BsmountError `invalid` */
export function parseObject(line: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new BsmountError("invalid", "a control message is not JSON", { cause: error });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new BsmountError("invalid", "a control message is not an object");
  }
  return value as Record<string, unknown>;
}

/** The lines that come in on `socket`, until it ends. A line that is too long destroys the socket. */
export async function* linesOf(socket: Socket): AsyncGenerator<string> {
  let rest = "";
  socket.setEncoding("utf8");
  for await (const chunk of socket) {
    const lines = (rest + String(chunk)).split("\n");
    rest = lines.pop() ?? "";
    yield* lines.filter((line) => line !== "");
    if (rest.length > MAX_LINE_BYTES) {
      socket.destroy();
      return;
    }
  }
}
