import type { FastifyRequest } from "fastify";
import { badRequestProblem } from "./problem.ts";
import { Query } from "./query.ts";

/** More than any JSON or form that the service accepts. */
const MAX_FIELDS_BYTES = 4 * 1024 * 1024;

/** Body bytes that handlers have read from each request, for the request log. */
const consumed = new WeakMap<object, number>();

/** Returns how many bytes of a request's body handlers have read. */
export function bytesConsumed(request: FastifyRequest): number {
  return consumed.get(request.raw) ?? 0;
}

/** Bodies that were read whole before their handlers ran. */
const bufferedBodies = new WeakMap<object, readonly Buffer[]>();

/** Reads the whole body into memory, so that the handler can read it after the connection has been closed. */
export async function bufferBody(request: FastifyRequest): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request.raw.iterator({ destroyOnReturn: false })) {
    chunks.push(chunk as Buffer);
  }
  bufferedBodies.set(request.raw, chunks);
}

/**
 * Yields the body as it arrives. A caller that stops early leaves the connection usable, so that a refusal
 * reaches the client.
 *
 * @throws the error that `tooLarge` makes for a body of more than `maxBytes`
 */
export async function* bodyChunks(
  request: FastifyRequest,
  maxBytes: number,
  tooLarge: () => Error,
): AsyncGenerator<Buffer> {
  if (Number(request.headers["content-length"] ?? 0) > maxBytes) throw tooLarge();
  let bytes = 0;
  const chunks =
    bufferedBodies.get(request.raw) ?? request.raw.iterator({ destroyOnReturn: false });
  for await (const chunk of chunks) {
    bytes += (chunk as Buffer).length;
    consumed.set(request.raw, bytes);
    if (bytes > maxBytes) throw tooLarge();
    yield chunk as Buffer;
  }
}

/** The values of a request's query, form or JSON, by lower-case names. A value in the body replaces the query's. */
export type Fields = ReadonlyMap<string, unknown>;

/** @throws Problem 400 for invalid JSON; the error that `tooLarge` makes for a body of more than 4 MiB */
export async function readFields(
  request: FastifyRequest,
  tooLarge: () => Error = () => badRequestProblem("The request body is too large"),
): Promise<Fields> {
  const fields = new Map<string, unknown>(new Query(request.raw.url ?? "").entries());
  const chunks: Buffer[] = [];
  for await (const chunk of bodyChunks(request, MAX_FIELDS_BYTES, tooLarge)) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString("utf8").trim();
  for (const [name, value] of parseFields(text)) fields.set(name.toLowerCase(), value);
  return fields;
}

/** Clients send JSON labelled as a form and forms labelled as JSON, so the text itself decides. */
function parseFields(text: string): Iterable<[string, unknown]> {
  if (!text.startsWith("{")) return new URLSearchParams(text);
  try {
    return Object.entries(JSON.parse(text) as Record<string, unknown>);
  } catch {
    throw badRequestProblem("The request body is not valid JSON");
  }
}

/** Returns a field's text; undefined for a field that is absent or neither a text nor a number. */
export function textField(fields: Fields, name: string): string | undefined {
  const value = fields.get(name.toLowerCase());
  if (typeof value === "number") return String(value);
  return typeof value === "string" ? value : undefined;
}

/** The keys of a JSON object in lower case; empty for any other value. */
export function lowerCaseKeys(value: unknown): Fields {
  if (typeof value !== "object" || value === null) return new Map();
  return new Map(Object.entries(value).map(([key, item]) => [key.toLowerCase(), item]));
}
