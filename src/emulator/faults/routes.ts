import type { FastifyInstance, FastifyRequest } from "fastify";
import { BsmountError } from "../../core/errors.ts";
import { bodyChunks } from "../http/body.ts";
import { onlyLocal } from "../http/local-callers.ts";
import { mediaType } from "../http/media-type.ts";
import { badRequest, Problem } from "../http/problem.ts";
import type { FaultRules } from "./fault-rules.ts";
import { FAULTS_PATH } from "./hooks.ts";

const MAX_RULES_BYTES = 1024 * 1024;

/** `/__faults`, for callers on this machine: GET lists, POST of a JSON array (`application/json`) adds, DELETE clears. */
export function faultRoutes(app: FastifyInstance, rules: FaultRules): void {
  app.get(FAULTS_PATH, (request) => {
    onlyLocal(request);
    return rules.list();
  });
  app.delete(FAULTS_PATH, (request) => {
    onlyLocal(request);
    rules.clear();
    return rules.list();
  });
  app.post(FAULTS_PATH, async (request) => {
    onlyLocal(request);
    onlyJson(request);
    addRules(rules, await readRules(request));
    return rules.list();
  });
}

/** A browser asks before it sends JSON to another site, and not before it sends a form or plain text. */
function onlyJson(request: FastifyRequest): void {
  if (/^application\/json\s*(;|$)/i.test(mediaType(request) ?? "")) return;
  throw new Problem(415, "UnsupportedMediaType", "Fault rules are sent as application/json");
}

async function readRules(request: FastifyRequest): Promise<string[]> {
  const chunks: Buffer[] = [];
  const tooLarge = (): Error => badRequest("Too many fault rules");
  for await (const chunk of bodyChunks(request, MAX_RULES_BYTES, tooLarge)) chunks.push(chunk);
  const rules = parseJson(Buffer.concat(chunks).toString("utf8"));
  if (Array.isArray(rules) && rules.every((rule) => typeof rule === "string")) return rules;
  throw badRequest("A JSON array of fault rules is wanted");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest("A JSON array of fault rules is wanted");
  }
}

function addRules(rules: FaultRules, texts: readonly string[]): void {
  try {
    rules.add(texts);
  } catch (error) {
    throw error instanceof BsmountError ? badRequest(error.message) : error;
  }
}
