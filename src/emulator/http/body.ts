import type { FastifyRequest } from "fastify";
import { badRequest } from "./problem.ts";
import { Query } from "./query.ts";

/** Bigger than any JSON or form that the service takes. */
const MAX_FIELDS_BYTES = 4 * 1024 * 1024;

/** Body bytes that handlers took from each request, for the request log. */
const consumed = new WeakMap<object, number>();

export function bytesConsumed(request: FastifyRequest): number {
  return consumed.get(request.raw) ?? 0;
}

/** Bodies that came whole before anybody asked for them. */
const kept = new WeakMap<object, readonly Buffer[]>();

/** Takes the whole body into memory, so that it can still be read when the connection is gone. */
export async function keepBody(request: FastifyRequest): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request.raw.iterator({ destroyOnReturn: false })) {
    chunks.push(chunk as Buffer);
  }
  kept.set(request.raw, chunks);
}

/**
 * The body as it arrives. Ending early leaves the connection usable, so that a refusal reaches the
 * client; beyond `maxBytes` it throws what `tooLarge` makes.
 */
export async function* bodyChunks(
  request: FastifyRequest,
  maxBytes: number,
  tooLarge: () => Error,
): AsyncGenerator<Buffer> {
  if (Number(request.headers["content-length"] ?? 0) > maxBytes) throw tooLarge();
  let bytes = 0;
  const chunks = kept.get(request.raw) ?? request.raw.iterator({ destroyOnReturn: false });
  for await (const chunk of chunks) {
    bytes += (chunk as Buffer).length;
    consumed.set(request.raw, bytes);
    if (bytes > maxBytes) throw tooLarge();
    yield chunk as Buffer;
  }
}

/** What a client sent as query, form or JSON, all three by lower-case names. The body wins. */
export type Fields = ReadonlyMap<string, unknown>;

/** @throws Problem 400 for what is not valid JSON; beyond 4 MiB what `tooLarge` makes */
export async function readFields(
  request: FastifyRequest,
  tooLarge: () => Error = () => badRequest("The request body is too large"),
): Promise<Fields> {
  const fields = new Map<string, unknown>(new Query(request.raw.url ?? "").entries());
  const chunks: Buffer[] = [];
  for await (const chunk of bodyChunks(request, MAX_FIELDS_BYTES, tooLarge)) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString("utf8").trim();
  for (const [name, value] of parseFields(text)) fields.set(name.toLowerCase(), value);
  return fields;
}

/** Clients label JSON as forms and the other way round, so the text itself decides. */
function parseFields(text: string): Iterable<[string, unknown]> {
  if (!text.startsWith("{")) return new URLSearchParams(text);
  try {
    return Object.entries(JSON.parse(text) as Record<string, unknown>);
  } catch {
    throw badRequest("The request body is not valid JSON");
  }
}

/** A field's text; undefined when it is absent or not a text or number. */
export function textField(fields: Fields, name: string): string | undefined {
  const value = fields.get(name.toLowerCase());
  if (typeof value === "number") return String(value);
  return typeof value === "string" ? value : undefined;
}

/** `value` by name without regard to case: JSON inside JSON. */
export function lowerKeys(value: unknown): Fields {
  if (typeof value !== "object" || value === null) return new Map();
  return new Map(Object.entries(value).map(([key, item]) => [key.toLowerCase(), item]));
}
