import type { FastifyRequest } from "fastify";
import { unauthorizedProblem, unrecognizedTokenProblem } from "../http/problem.ts";
import { Query } from "../http/query.ts";
import type { State } from "../state/state.ts";
import { Grants } from "./grants.ts";
import { Guard } from "./guard.ts";

/*
 * Begin here. `access/` decides who may do what. Every API request passes `apiCall()`, which finds its token; the
 * `Guard` then returns entities that the token may use, by the scopes and shares in `grants.ts`. Apps get tokens
 * through `authorizations.ts` (driven by `controllers/oauth.ts`), readers of content get `signed-links.ts`.
 */

/** An authenticated request to the API. */
export interface ApiCall {
  readonly guard: Guard;
  readonly grants: Grants;
  readonly query: Query;
  /** Returns a parameter of the route's path; empty if the route has none of that name. */
  readonly param: (name: string) => string;
}

/** @throws Problem 401 for a missing token, and with another message for an unknown or revoked one */
export function apiCall(state: State, request: FastifyRequest): ApiCall {
  const query = new Query(request.raw.url ?? "");
  const accessToken = tokenOf(request, query);
  if (accessToken === undefined || accessToken === "") throw unauthorizedProblem();
  const token = state.get("tokens", accessToken);
  if (token === undefined || token.removed === true) throw unrecognizedTokenProblem();
  const grants = new Grants(state, token);
  const params = request.params as Readonly<Record<string, string>>;
  return { grants, guard: new Guard(state, grants), query, param: (name) => params[name] ?? "" };
}

/** A request has its token as a bearer, in `X-Access-Token` or in the query. */
function tokenOf(request: FastifyRequest, query: Query): string | undefined {
  const bearer = /^Bearer\s+(\S+)\s*$/i.exec(request.headers.authorization ?? "");
  if (bearer?.[1] !== undefined) return bearer[1];
  const header = request.headers["x-access-token"];
  return typeof header === "string" ? header.trim() : query.get("access_token");
}
