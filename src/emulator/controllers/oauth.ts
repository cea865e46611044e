import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import {
  applicationOfKey,
  authenticate,
  basicCredentials,
  mayRedirectTo,
} from "../access/applications.ts";
import {
  askedScopes,
  AUTHORIZATION_SECONDS,
  decide,
  exchange,
  startDeviceAuthorization,
} from "../access/authorizations.ts";
import { OAuthProblem } from "../access/oauth-problem.ts";
import { PollPace } from "../access/poll-limiter.ts";
import { revokeToken } from "../access/tokens.ts";
import type { Context } from "../services/context.ts";
import { sendResponse, withApiHeaders } from "../http/response.ts";
import { apiCall } from "../access/api-call.ts";
import { type Fields, readFields, textField } from "../http/body.ts";
import { Problem } from "../http/problem.ts";
import { applicationCompact } from "../serialise/application.ts";
import { userFull } from "../serialise/full/user.ts";
import type { Application } from "../state/entities.ts";

/** Seconds that a device is told to leave between two questions. */
const POLL_INTERVAL_S = 1;

/** Sign-in of devices and web apps, and what a token says of itself. Parameters as form, query or JSON. */
export function oauthRoutes(app: FastifyInstance, context: Context): void {
  const { state, view } = context;

  app.post("/oauthv2/deviceauthorization", async (request, reply) => {
    await answerOAuth(reply, async () => await startDevice(context, await oauthFields(request)));
  });

  tokenRoute(app, context);

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

/** The half of v2: the same exchange, and the end of a token. */
export function oauthV2Routes(app: FastifyInstance, context: Context): void {
  const { state } = context;

  tokenRoute(app, context);

  app.delete("/oauthv2tokens/current", async (request, reply) => {
    const { token } = apiCall(state, request).grants;
    await state.transact((draft) => revokeToken(draft, token.id));
    withApiHeaders(reply);
    return await reply.status(204).send();
  });
}

function tokenRoute(app: FastifyInstance, context: Context): void {
  const pace = new PollPace(POLL_INTERVAL_S * 1000, context.clock);
  app.post("/oauthv2/token", async (request, reply) => {
    await answerOAuth(reply, async () => {
      const fields = await oauthFields(request);
      const application = applicationOf(context, request, fields);
      return await issue(context, pace, { application, fields });
    });
  });
}

async function startDevice(context: Context, fields: Fields): Promise<unknown> {
  const { state, view, clock, autoApprove } = context;
  if (needField(fields, "response_type") !== "device_code") {
    throw new OAuthProblem("unsupported_response_type", "response_type has to be device_code");
  }
  const application = applicationOfKey(state, needField(fields, "client_id"));
  if (application === undefined) throw unknownClient();
  const scopes = askedScopes(textField(fields, "scope") ?? "");
  const nowMs = clock.now();
  const { id, userCode = "" } = await startDeviceAuthorization(state, {
    application,
    scopes,
    nowMs,
  });
  if (autoApprove) {
    await decide(state, id, { approved: true, userId: state.need("settings", "first-user").value });
  }
  const page = `${view.webOrigin()}/oauth/device`;
  return {
    verification_uri: page,
    verification_with_code_uri: `${page}?code=${userCode}`,
    user_code: userCode,
    expires_in: AUTHORIZATION_SECONDS,
    device_code: id,
    interval: POLL_INTERVAL_S,
  };
}

interface TokenRequest {
  readonly application: Application;
  readonly fields: Fields;
}

async function issue(
  { state, clock }: Context,
  pace: PollPace,
  { application, fields }: TokenRequest,
): Promise<unknown> {
  const grantType = needField(fields, "grant_type");
  const code = needField(fields, "code");
  const common = { application, code, nowMs: clock.now() };
  if (grantType === "authorization_code") {
    const redirectUri = needField(fields, "redirect_uri");
    if (!mayRedirectTo(state, application, redirectUri)) {
      throw new OAuthProblem("invalid_grant", "The redirect_uri is not the app's");
    }
    return { access_token: (await exchange(state, { ...common, redirectUri })).id };
  }
  if (grantType !== "device") {
    const known = "grant_type has to be device or authorization_code";
    throw new OAuthProblem("unsupported_grant_type", known);
  }
  return await pace.keep(code, async () => ({ access_token: (await exchange(state, common)).id }));
}

/** By Basic, or by `client_id` and `client_secret`. */
function applicationOf({ state }: Context, request: FastifyRequest, fields: Fields): Application {
  const given = basicCredentials(request.headers.authorization) ?? {
    clientKey: needField(fields, "client_id"),
    clientSecret: needField(fields, "client_secret"),
  };
  const application = authenticate(state, given);
  if (application === undefined) throw unknownClient();
  return application;
}

function unknownClient(): OAuthProblem {
  return new OAuthProblem("invalid_client", "The client id or the client secret is wrong");
}

function needField(fields: Fields, name: string): string {
  const value = textField(fields, name);
  if (value !== undefined && value !== "") return value;
  throw new OAuthProblem("invalid_request", `${name} is missing`);
}

async function oauthFields(request: FastifyRequest): Promise<Fields> {
  try {
    return await readFields(request);
  } catch (error) {
    if (error instanceof Problem) throw new OAuthProblem("invalid_request", error.message);
    throw error;
  }
}

/** No envelope, neither for the answer nor for the refusal. */
async function answerOAuth(reply: FastifyReply, work: () => Promise<unknown>): Promise<void> {
  let status = 200;
  const answer = await work().catch((error: unknown) => {
    if (!(error instanceof OAuthProblem)) throw error;
    status = 400;
    return { error: error.code, error_description: error.message };
  });
  withApiHeaders(reply);
  await reply
    .status(status)
    .header("content-type", "application/json; charset=utf-8")
    .send(JSON.stringify(answer));
}
