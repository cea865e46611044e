import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import type { FastifyReply } from "fastify";
import { LaunchProblem, type Problem } from "./problem.ts";

const SERVER_HEADER = "Mono.WebServer.XSP/4.8.0.0 Linux";

/*
 * Begin here. `http/` is the service's protocol without its data: the form of responses and refusals
 * (this file, `problem.ts`), what requests carry (`body.ts`, `query.ts`, `media-type.ts`), pages of lists
 * (`paging.ts`), and who may call at all (`known-hosts.ts`, `local-callers.ts`). Everything that handles requests
 * uses it; it imports only `text/`.
 */

/** Sends one resource or a list in v1's envelope; chunked, as the service sends every success. */
export function sendResponse(reply: FastifyReply, response: unknown, status = 200): FastifyReply {
  return sendWithoutEnvelope(
    reply,
    { Response: response, ResponseStatus: {}, Notifications: [] },
    status,
  );
}

/** Sends a response as v2 does, without an envelope; undefined sends no body. */
export function sendWithoutEnvelope(
  reply: FastifyReply,
  response: unknown,
  status = 200,
): FastifyReply {
  setApiHeaders(reply);
  if (response === undefined) return reply.status(status).send();
  const body = JSON.stringify(response);
  return reply
    .status(status)
    .header("content-type", "application/json")
    .send(Readable.from([Buffer.from(body)], { objectMode: false }));
}

/** Sends lines of a file as they are, without an envelope. */
export function sendText(reply: FastifyReply, text: string): FastifyReply {
  setApiHeaders(reply);
  return reply.status(200).header("content-type", "text/plain").send(Buffer.from(text));
}

/** Sends a refusal in v1's form: no `Response`, the message also as a notification, and not chunked. */
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

/** Sends a refusal in v2's form. For a path without a route, v2 uses v1's form. */
export function sendV2Problem(reply: FastifyReply, problem: Problem): FastifyReply {
  const { status, code, message } = problem;
  if (status === 404 && code === undefined) return sendUnknownPath(reply, message);
  setApiHeaders(reply);
  return sendErrorBody(reply, status, {
    ErrorCode: code,
    ErrorMessage: message,
    RequestId: reply.getHeader("x-request-id"),
    AdditionalData: {},
  });
}

function sendErrorBody(reply: FastifyReply, status: number, body: unknown): FastifyReply {
  setApiHeaders(reply);
  return reply
    .status(status)
    .header("content-type", "application/json; charset=utf-8")
    .send(JSON.stringify(body));
}

/** For a path without a route the web server in front of the service responds, with other headers. */
function sendUnknownPath(reply: FastifyReply, message: string): FastifyReply {
  const body = JSON.stringify({ ResponseStatus: { Message: message }, Notifications: [] });
  return reply
    .status(404)
    .header("cache-control", "private")
    .header("server", SERVER_HEADER)
    .header("content-type", "application/json")
    .send(Buffer.from(body));
}

/** Sets the headers of every API response, except those that are already set. */
export function setApiHeaders(reply: FastifyReply): void {
  const headers: Record<string, string | string[]> = {
    "cache-control": "no-cache, no-store, must-revalidate",
    pragma: "no-cache",
    expires: "0",
    server: [SERVER_HEADER, "Unknown"],
    "strict-transport-security": "max-age=10886400; includeSubDomains; preload",
    "x-basespace-source": "master/readonly",
    "x-content-type-options": "nosniff",
    "x-request-id": requestId(),
  };
  for (const [name, value] of Object.entries(headers)) {
    if (!reply.hasHeader(name)) reply.header(name, value);
  }
}

/** Makes `2024.05.12.13.14.15.` and 22 characters of base64url. */
function requestId(): string {
  const [date = "", time = ""] = new Date().toISOString().slice(0, 19).split("T");
  const unique = randomBytes(17).toString("base64url").slice(0, 22);
  return `${date.replaceAll("-", ".")}.${time.replaceAll(":", ".")}.${unique}`;
}
