import type { Socket } from "node:net";
import { BsmountError, describeError, type FailureReason } from "../core/errors.ts";
import { redactText } from "../core/redact.ts";
import { type HeldFiles, isHeldFiles } from "../session/held-files.ts";

/*
 * Requests and answers on a mount's control socket: one JSON object a line, one answer for each request,
 * in order. Lines of progress tell a mount that works from one that hangs: the first is the greeting, on
 * which the request is sent, and while an answer takes long one comes every second. The socket lies in a private folder, so whoever can connect is the owner or root.
 */

/** A longer line ends the connection. */
export const MAX_LINE_BYTES: number = 64 * 1024;

/** What a mount can be asked. */
export type ControlRequest =
  | { readonly method: "status" }
  | { readonly method: "metrics" }
  | {
      readonly method: "unmount";
      readonly lazy: boolean;
      /** For the uploads that can be finished. */
      readonly wait: boolean;
      readonly held?: HeldFiles;
    }
  | { readonly method: "refresh" }
  /** What it has of an app result that is not in BaseSpace. */
  | { readonly method: "unfinished"; readonly appResultId: string }
  | {
      readonly method: "set-status";
      /** Inside the mount: the app result, or anything in it. */
      readonly path: string;
      readonly status: string;
      readonly summary?: string;
      readonly held?: HeldFiles;
    };

export type ControlAnswer =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly error: ErrorReport };

/** What a mount still waits for before it answers. */
export interface Progress {
  /** Files that are on their way to BaseSpace. */
  readonly pending: number;
  /** Their bytes that BaseSpace has not confirmed. */
  readonly leftBytes: number;
}

/** The answer to `unmount`. */
export interface UnmountResult {
  /** Files that somebody still writes, to a mount that goes on serving them: paths as on the mount. */
  readonly open: readonly string[];
  /** Files that were written, are not in BaseSpace, and stay in staging. */
  readonly left: readonly string[];
  /** Somebody still uses the mount, which goes on until nobody does. */
  readonly isUsed: boolean;
}

/** The progress in a message; undefined when it is the answer. */
export function progressOf(message: Record<string, unknown>): Progress | undefined {
  const { progress } = message;
  return typeof progress === "object" && progress !== null ? (progress as Progress) : undefined;
}

/** An error on its way to another process: without its cause chain, but with its text. */
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
        ...heldOf(value),
      };
    case "refresh":
      return { method: "refresh" };
    case "unfinished":
      return { method: "unfinished", appResultId: String(value["appResultId"]) };
    case "set-status":
      return parseSetStatus(value);
    default:
      throw new BsmountError("invalid", `unknown request ${JSON.stringify(value["method"])}`);
  }
}

function heldOf({ held }: Record<string, unknown>): { readonly held?: HeldFiles } {
  return isHeldFiles(held) ? { held } : {};
}

function parseSetStatus(value: Record<string, unknown>): ControlRequest {
  const { path, status, summary } = value;
  if (typeof path !== "string" || typeof status !== "string") {
    throw new BsmountError("invalid", "set-status needs a path and a status");
  }
  const request = { method: "set-status", path, status, ...heldOf(value) } as const;
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
