import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { apiCall } from "../access/api-call.ts";
import {
  applicationWithKey,
  authenticateApplication,
  basicCredentials,
  mayRedirectTo,
} from "../access/applications.ts";
import {
  AUTHORIZATION_SECONDS,
  decideAuthorization,
  exchangeCode,
  parseRequestedScopes,
  startDeviceAuthorization,
} from "../access/authorizations.ts";
import { OAuthProblem } from "../access/oauth-problem.ts";
import { PollLimiter } from "../access/poll-limiter.ts";
import { revokeToken } from "../access/tokens.ts";
import { type Fields, readFields, textField } from "../http/body.ts";
import { Problem } from "../http/problem.ts";
import { sendResponse, setApiHeaders } from "../http/response.ts";
import { applicationCompact } from "../serialise/application.ts";
import { userFull } from "../serialise/full/user.ts";
import type { Context } from "../services/context.ts";
import type { Application } from "../state/entities.ts";

/** The polling interval that devices are told to keep, in seconds. */
const POLL_INTERVAL_SECONDS = 1;

/** Sign-in of devices and web apps, and the description of the current token. Parameters as form, query or JSON. */
export function oauthRoutes(app: FastifyInstance, context: Context): void {
  const { state, view } = context;

  app.post("/oauthv2/deviceauthorization", async (request, reply) => {
    await sendOAuthResponse(
      reply,
      async () => await startDeviceSignIn(context, await oauthFields(request)),
    );
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

/** v2's part: the same exchange, and revoking a token. */
export function oauthV2Routes(app: FastifyInstance, context: Context): void {
  const { state } = context;

  tokenRoute(app, context);

  app.delete("/oauthv2tokens/current", async (request, reply) => {
    const { token } = apiCall(state, request).grants;
    await state.transact((transaction) => revokeToken(transaction, token.id));
    setApiHeaders(reply);
    return await reply.status(204).send();
  });
}

function tokenRoute(app: FastifyInstance, context: Context): void {
  const limiter = new PollLimiter(POLL_INTERVAL_SECONDS * 1000, context.clock);
  app.post("/oauthv2/token", async (request, reply) => {
    await sendOAuthResponse(reply, async () => {
      const fields = await oauthFields(request);
      const application = authenticatedApplication(context, request, fields);
      return await issueAccessToken(context, limiter, { application, fields });
    });
  });
}

async function startDeviceSignIn(context: Context, fields: Fields): Promise<unknown> {
  const { state, view, clock, autoApprove } = context;
  if (needField(fields, "response_type") !== "device_code") {
    throw new OAuthProblem("unsupported_response_type", "response_type has to be device_code");
  }
  const application = applicationWithKey(state, needField(fields, "client_id"));
  if (application === undefined) throw unknownClientProblem();
  const scopes = parseRequestedScopes(textField(fields, "scope") ?? "");
  const nowMs = clock.now();
  const { id, userCode = "" } = await startDeviceAuthorization(state, {
    application,
    scopes,
    nowMs,
  });
  if (autoApprove) {
    await decideAuthorization(state, id, {
      approved: true,
      userId: state.need("settings", "first-user").value,
    });
  }
  const page = `${view.webOrigin()}/oauth/device`;
  return {
    verification_uri: page,
    verification_with_code_uri: `${page}?code=${userCode}`,
    user_code: userCode,
    expires_in: AUTHORIZATION_SECONDS,
    device_code: id,
    interval: POLL_INTERVAL_SECONDS,
  };
}

interface TokenRequest {
  readonly application: Application;
  readonly fields: Fields;
}

async function issueAccessToken(
  { state, clock }: Context,
  limiter: PollLimiter,
  { application, fields }: TokenRequest,
): Promise<unknown> {
  const grantType = needField(fields, "grant_type");
  const code = needField(fields, "code");
  const common = { application, code, nowMs: clock.now() };
  if (grantType === "authorization_code") {
    const redirectUri = needField(fields, "redirect_uri");
    if (!mayRedirectTo(state, application, redirectUri)) {
      throw new OAuthProblem("invalid_grant", "The redirect_uri does not belong to the app");
    }
    return { access_token: (await exchangeCode(state, { ...common, redirectUri })).id };
  }
  if (grantType !== "device") {
    const known = "grant_type has to be device or authorization_code";
    throw new OAuthProblem("unsupported_grant_type", known);
  }
  return await limiter.limit(code, async () => ({
    access_token: (await exchangeCode(state, common)).id,
  }));
}

/** Authenticates the application by Basic, or by `client_id` and `client_secret`. */
function authenticatedApplication(
  { state }: Context,
  request: FastifyRequest,
  fields: Fields,
): Application {
  const credentials = basicCredentials(request.headers.authorization) ?? {
    clientKey: needField(fields, "client_id"),
    clientSecret: needField(fields, "client_secret"),
  };
  const application = authenticateApplication(state, credentials);
  if (application === undefined) throw unknownClientProblem();
  return application;
}

function unknownClientProblem(): OAuthProblem {
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

/** Sends the result of `work` or its refusal, both without an envelope. */
async function sendOAuthResponse(reply: FastifyReply, work: () => Promise<unknown>): Promise<void> {
  let status = 200;
  const body = await work().catch((error: unknown) => {
    if (!(error instanceof OAuthProblem)) throw error;
    status = 400;
    return { error: error.code, error_description: error.message };
  });
  setApiHeaders(reply);
  await reply
    .status(status)
    .header("content-type", "application/json; charset=utf-8")
    .send(JSON.stringify(body));
}
