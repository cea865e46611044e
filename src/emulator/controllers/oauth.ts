import type { FastifyInstance } from "fastify";
import type { Context } from "../context.ts";
import { sendResponse } from "../http/answer.ts";
import { apiCall } from "../http/api-call.ts";
import { applicationCompact } from "../serialise/application.ts";
import { userFull } from "../serialise/full/user.ts";

/** What a token says of itself. */
export function oauthRoutes(app: FastifyInstance, { state, view }: Context): void {
  app.get("/oauthv2/token/current", (request, reply) => {
    const { token } = apiCall(state, request).grants;
    return sendResponse(reply, {
      AccessToken: token.id,
      Application: applicationCompact(view, token.applicationId),
      UserResourceOwner: userFull(state.need("users", token.userId)),
      DateCreated: token.dateCreated,
      Scopes: [...token.scopes, ...token.granted],
    });
  });
}
