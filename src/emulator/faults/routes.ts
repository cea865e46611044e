import type { FastifyInstance, FastifyRequest } from "fastify";
import { BsmountError } from "../../core/errors.ts";
import { bodyChunks } from "../http/body.ts";
import { requireLocalCaller } from "../http/local-callers.ts";
import { sentContentType } from "../http/media-type.ts";
import { badRequestProblem, Problem } from "../http/problem.ts";
import type { FaultRules } from "./fault-rules.ts";
import { FAULTS_PATH } from "./hooks.ts";

const MAX_RULES_BYTES = 1024 * 1024;

/** `/__faults`, only for callers on this machine: GET lists, POST of a JSON array adds, DELETE clears. */
export function faultRoutes(app: FastifyInstance, rules: FaultRules): void {
  app.get(FAULTS_PATH, (request) => {
    requireLocalCaller(request);
    return rules.list();
  });
  app.delete(FAULTS_PATH, (request) => {
    requireLocalCaller(request);
    rules.clear();
    return rules.list();
  });
  app.post(FAULTS_PATH, async (request) => {
    requireLocalCaller(request);
    requireJson(request);
    addRules(rules, await readRules(request));
    return rules.list();
  });
}

/** A browser sends JSON to another site only after a preflight, but forms and plain text without one. */
function requireJson(request: FastifyRequest): void {
  if (/^application\/json\s*(;|$)/i.test(sentContentType(request) ?? "")) return;
  throw new Problem(415, "UnsupportedMediaType", "Fault rules must be sent as application/json");
}

async function readRules(request: FastifyRequest): Promise<string[]> {
  const chunks: Buffer[] = [];
  const tooLarge = (): Error => badRequestProblem("Too many fault rules");
  for await (const chunk of bodyChunks(request, MAX_RULES_BYTES, tooLarge)) chunks.push(chunk);
  const rules = parseJson(Buffer.concat(chunks).toString("utf8"));
  if (Array.isArray(rules) && rules.every((rule) => typeof rule === "string")) return rules;
  throw badRequestProblem("The body is not a JSON array of fault rules");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badRequestProblem("The body is not a JSON array of fault rules");
  }
}

function addRules(rules: FaultRules, texts: readonly string[]): void {
  try {
    rules.add(texts);
  } catch (error) {
    throw error instanceof BsmountError ? badRequestProblem(error.message) : error;
  }
}
