import { once } from "node:events";
import { Readable } from "node:stream";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { neverAborted } from "../../core/abort.ts";
import { systemClock } from "../../core/clock.ts";
import { bufferBody } from "../http/body.ts";
import type { FaultRules } from "./fault-rules.ts";
import { faultyBody } from "./faulty-body.ts";
import type { FaultActions } from "./rule.ts";

/** Sends a status with the error body of one of the two servers. */
export type SendStatus = (reply: FastifyReply, status: number) => FastifyReply;

export interface FaultHookOptions {
  readonly rules: FaultRules;
  /** Prefix of the paths that rules are compared with: `/objects` at the object store. */
  readonly pathPrefix: string;
  readonly send: SendStatus;
}

export const FAULTS_PATH = "/__faults";

/** Applies the rules to all requests of a server, except those to {@link FAULTS_PATH}. */
export function faultHooks(app: FastifyInstance, options: FaultHookOptions): void {
  const active = new WeakMap<object, FaultActions>();
  const connectionSignals = new WeakMap<object, AbortSignal>();

  app.addHook("onRequest", async (request, reply) => {
    const path = (request.raw.url ?? "").split("?", 1)[0] ?? "";
    if (path === FAULTS_PATH) return;
    const actions = options.rules.takeActions(request.method, `${options.pathPrefix}${path}`);
    if (actions === undefined) return;
    active.set(request.raw, actions);
    const signal = connectionSignal(request, reply);
    connectionSignals.set(request.raw, signal);
    await applyBeforeHandler(reply, request, actions, { signal, send: options.send });
  });

  app.addHook("onSend", async (request, reply, payload: unknown) => {
    const actions = active.get(request.raw);
    const signal = connectionSignals.get(request.raw);
    if (actions === undefined || signal === undefined) return payload;
    return await applyToResponse({ request, reply, payload, actions, signal });
  });
}

async function applyBeforeHandler(
  reply: FastifyReply,
  request: FastifyRequest,
  actions: FaultActions,
  { signal, send }: { signal: AbortSignal; send: SendStatus },
): Promise<unknown> {
  if (actions.delayMs !== undefined) await systemClock.sleep(actions.delayMs, signal);
  if (actions.resetBefore === true) {
    reply.hijack();
    request.raw.socket.resetAndDestroy();
    return reply;
  }
  if (actions.lateMs !== undefined) await resetThenWait(request, actions.lateMs);
  if (actions.status === undefined) return undefined;
  if (actions.retryAfter !== undefined) reply.header("retry-after", actions.retryAfter);
  return send(reply, actions.status);
}

/** Resets the connection once the request has arrived; the handler runs `lateMs` later. */
async function resetThenWait(request: FastifyRequest, lateMs: number): Promise<void> {
  await bufferBody(request);
  request.raw.socket.resetAndDestroy();
  await systemClock.sleep(lateMs, neverAborted);
}

interface ResponseToSend {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly payload: unknown;
  readonly actions: FaultActions;
  readonly signal: AbortSignal;
}

async function applyToResponse({
  request,
  reply,
  payload,
  actions,
  signal,
}: ResponseToSend): Promise<unknown> {
  const reset = (): void => void request.raw.socket.resetAndDestroy();
  if (actions.resetAfter === true) reset();
  if (actions.resetAfter === true || actions.dropAnswer === true) {
    destroyStream(payload);
    if (!signal.aborted) await once(signal, "abort");
    return "";
  }
  const changesBody =
    actions.truncate === true ||
    actions.corrupt === true ||
    actions.slowBytesPerSecond !== undefined;
  if (!changesBody || payload === undefined || payload === null) return payload;
  const body = await bodyOf(reply, payload);
  return faultyBody(body.payload, { actions, sizeBytes: body.sizeBytes, reset, signal });
}

/** Returns the body with its size. A body of unknown length is small, so it is read whole. */
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
 * Returns a signal that aborts if the connection closes before the response has ended. A connection has many
 * requests, so each removes its listener.
 */
function connectionSignal(request: FastifyRequest, reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  const { socket } = request.raw;
  const closed = (): void => controller.abort(new DOMException("connection closed", "AbortError"));
  if (socket.destroyed) closed();
  else socket.once("close", closed);
  reply.raw.once("close", () => {
    socket.off("close", closed);
    // On a broken connection the response can close before this listener of the socket runs.
    if (socket.destroyed) closed();
  });
  return controller.signal;
}
