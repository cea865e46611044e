import type { FastifyRequest } from "fastify";
import { Guard } from "./guard.ts";
import { Grants } from "./grants.ts";
import type { State } from "../state/state.ts";
import { unauthorized, unrecognizedToken } from "../http/problem.ts";
import { Query } from "../http/query.ts";

/** One request to the API by somebody known. */
export interface ApiCall {
  readonly guard: Guard;
  readonly grants: Grants;
  readonly query: Query;
  /** A part of the path that the route names; empty when the route has none of that name. */
  readonly param: (name: string) => string;
}

/** @throws Problem 401 without a token, or with one that nobody has (any more); the message tells which. */
export function apiCall(state: State, request: FastifyRequest): ApiCall {
  const query = new Query(request.raw.url ?? "");
  const accessToken = tokenOf(request, query);
  if (accessToken === undefined || accessToken === "") throw unauthorized();
  const token = state.get("tokens", accessToken);
  if (token === undefined || token.removed === true) throw unrecognizedToken();
  const grants = new Grants(state, token);
  const params = request.params as Readonly<Record<string, string>>;
  return { grants, guard: new Guard(state, grants), query, param: (name) => params[name] ?? "" };
}

/** A token travels as a bearer, in its own header, or in the query. */
function tokenOf(request: FastifyRequest, query: Query): string | undefined {
  const bearer = /^Bearer\s+(\S+)\s*$/i.exec(request.headers.authorization ?? "");
  if (bearer?.[1] !== undefined) return bearer[1];
  const header = request.headers["x-access-token"];
  return typeof header === "string" ? header.trim() : query.get("access_token");
}
