import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import type { FastifyReply } from "fastify";
import { LaunchProblem, type Problem } from "./problem.ts";

const SERVER = "Mono.WebServer.XSP/4.8.0.0 Linux";

/** The envelope of one resource or of a list; chunked, as the service sends every success. */
export function sendResponse(reply: FastifyReply, response: unknown, status = 200): FastifyReply {
  return sendBare(reply, { Response: response, ResponseStatus: {}, Notifications: [] }, status);
}

/** As v2 answers: no envelope, and undefined is no body at all. */
export function sendBare(reply: FastifyReply, response: unknown, status = 200): FastifyReply {
  withApiHeaders(reply);
  if (response === undefined) return reply.status(status).send();
  const body = JSON.stringify(response);
  return reply
    .status(status)
    .header("content-type", "application/json")
    .send(Readable.from([Buffer.from(body)], { objectMode: false }));
}

/** An error body: no `Response`, the message once more as a notification, and not chunked. */
export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  const { status, code, message } = problem;
  if (status === 404 && code === undefined) return sendUnknownPath(reply, message);
  if (problem instanceof LaunchProblem) {
    return sendErrorBody(reply, status, { ErrorCode: code, MessageFormatted: message });
  }
  return sendErrorBody(reply, status, {
    ResponseStatus: { ErrorCode: code, Message: message },
    Notifications: [{ Type: "error", Item: message }],
  });
}

/** An error in the form of v2; for a path that no route knows v2 has the form of v1. */
export function sendV2Problem(reply: FastifyReply, problem: Problem): FastifyReply {
  const { status, code, message } = problem;
  if (status === 404 && code === undefined) return sendUnknownPath(reply, message);
  withApiHeaders(reply);
  return sendErrorBody(reply, status, {
    ErrorCode: code,
    ErrorMessage: message,
    RequestId: reply.getHeader("x-request-id"),
    AdditionalData: {},
  });
}

function sendErrorBody(reply: FastifyReply, status: number, body: unknown): FastifyReply {
  withApiHeaders(reply);
  return reply
    .status(status)
    .header("content-type", "application/json; charset=utf-8")
    .send(JSON.stringify(body));
}

/** A path that no route knows is answered by the web server, before the service: other headers. */
function sendUnknownPath(reply: FastifyReply, message: string): FastifyReply {
  const body = JSON.stringify({ ResponseStatus: { Message: message }, Notifications: [] });
  return reply
    .status(404)
    .header("cache-control", "private")
    .header("server", SERVER)
    .header("content-type", "application/json")
    .send(Buffer.from(body));
}

/** The headers of every answer of the API; those set before stay. */
export function withApiHeaders(reply: FastifyReply): void {
  const headers: Record<string, string | string[]> = {
    "cache-control": "no-cache, no-store, must-revalidate",
    pragma: "no-cache",
    expires: "0",
    server: [SERVER, "Unknown"],
    "strict-transport-security": "max-age=10886400; includeSubDomains; preload",
    "x-basespace-source": "master/readonly",
    "x-content-type-options": "nosniff",
    "x-request-id": requestId(),
  };
  for (const [name, value] of Object.entries(headers)) {
    if (!reply.hasHeader(name)) reply.header(name, value);
  }
}

/** `2024.05.12.13.14.15.` and 22 characters of base64url. */
function requestId(): string {
  const [date = "", time = ""] = new Date().toISOString().slice(0, 19).split("T");
  const unique = randomBytes(17).toString("base64url").slice(0, 22);
  return `${date.replaceAll("-", ".")}.${time.replaceAll(":", ".")}.${unique}`;
}
