import { once } from "node:events";
import { Readable } from "node:stream";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { neverAborted } from "../../core/abort.ts";
import { systemClock } from "../../core/clock.ts";
import { keepBody } from "../http/body.ts";
import type { FaultRules } from "./fault-rules.ts";
import { faultyBody } from "./faulty-body.ts";
import type { FaultActions } from "./rule.ts";

/** Answers with a bare status in the form of the half that was asked. */
export type SendFault = (reply: FastifyReply, status: number) => FastifyReply;

export interface FaultHookOptions {
  readonly rules: FaultRules;
  /** Put before the path when rules are compared: `/objects` at the object store. */
  readonly pathPrefix: string;
  readonly send: SendFault;
}

export const FAULTS_PATH = "/__faults";

/** Lets the rules act on a server's exchanges; rules themselves are always let through. */
export function faultHooks(app: FastifyInstance, options: FaultHookOptions): void {
  const active = new WeakMap<object, FaultActions>();
  const closings = new WeakMap<object, AbortSignal>();

  app.addHook("onRequest", async (request, reply) => {
    const path = (request.raw.url ?? "").split("?", 1)[0] ?? "";
    if (path === FAULTS_PATH) return;
    const actions = options.rules.take(request.method, `${options.pathPrefix}${path}`);
    if (actions === undefined) return;
    active.set(request.raw, actions);
    const signal = closingOf(request, reply);
    closings.set(request.raw, signal);
    await before(reply, request, actions, { signal, send: options.send });
  });

  app.addHook("onSend", async (request, reply, payload: unknown) => {
    const actions = active.get(request.raw);
    const signal = closings.get(request.raw);
    if (actions === undefined || signal === undefined) return payload;
    return await after({ request, reply, payload, actions, signal });
  });
}

async function before(
  reply: FastifyReply,
  request: FastifyRequest,
  actions: FaultActions,
  { signal, send }: { signal: AbortSignal; send: SendFault },
): Promise<unknown> {
  if (actions.delayMs !== undefined) await systemClock.sleep(actions.delayMs, signal);
  if (actions.resetBefore === true) {
    reply.hijack();
    request.raw.socket.resetAndDestroy();
    return reply;
  }
  if (actions.lateMs !== undefined) await hangUp(request, actions.lateMs);
  if (actions.status === undefined) return undefined;
  if (actions.retryAfter !== undefined) reply.header("retry-after", actions.retryAfter);
  return send(reply, actions.status);
}

/** The client hears nothing more at once, and what it asked for is done in `lateMs`. */
async function hangUp(request: FastifyRequest, lateMs: number): Promise<void> {
  await keepBody(request);
  request.raw.socket.resetAndDestroy();
  await systemClock.sleep(lateMs, neverAborted);
}

interface Sending {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly payload: unknown;
  readonly actions: FaultActions;
  readonly signal: AbortSignal;
}

async function after({ request, reply, payload, actions, signal }: Sending): Promise<unknown> {
  const reset = (): void => void request.raw.socket.resetAndDestroy();
  if (actions.resetAfter === true) reset();
  if (actions.resetAfter === true || actions.dropAnswer === true) {
    destroyStream(payload);
    if (!signal.aborted) await once(signal, "abort");
    return "";
  }
  const spoils =
    actions.truncate === true ||
    actions.corrupt === true ||
    actions.slowBytesPerSecond !== undefined;
  if (!spoils || payload === undefined || payload === null) return payload;
  const body = await bodyOf(reply, payload);
  return faultyBody(body.payload, { actions, sizeBytes: body.sizeBytes, reset, signal });
}

/** An answer of unknown length is small: it is read whole so that its middle is known. */
async function bodyOf(
  reply: FastifyReply,
  payload: unknown,
): Promise<{ payload: Readable | Buffer; sizeBytes: number }> {
  const length = reply.getHeader("content-length");
  if (payload instanceof Readable && length !== undefined) {
    return { payload, sizeBytes: Number(length) };
  }
  const whole = payload instanceof Readable ? await collect(payload) : Buffer.from(textOf(payload));
  if (!(payload instanceof Readable)) reply.header("content-length", String(whole.length));
  return { payload: whole, sizeBytes: whole.length };
}

async function collect(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function textOf(payload: unknown): string {
  return typeof payload === "string" ? payload : String(payload);
}

function destroyStream(payload: unknown): void {
  if (payload instanceof Readable) payload.destroy();
}

/**
 * Aborts when the connection is gone before the exchange is over. A connection carries many exchanges, so
 * none of them leaves a listener behind.
 */
function closingOf(request: FastifyRequest, reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  const { socket } = request.raw;
  const closed = (): void => controller.abort(new DOMException("connection closed", "AbortError"));
  if (socket.destroyed) closed();
  else socket.once("close", closed);
  reply.raw.once("close", () => {
    socket.off("close", closed);
    // On a broken connection the answer may be told before our own listener is.
    if (socket.destroyed) closed();
  });
  return controller.signal;
}
