import type { AppSessionId } from "../../core/ids.ts";
import { apiOrigin, segment } from "../address.ts";
import { decodeAppSession } from "../decode/app-session.ts";
import { createDispatcher } from "../dispatcher.ts";
import { httpSend, type Send } from "../http.ts";
import { withTelemetry } from "../measured.ts";
import type { AppSession } from "../models.ts";
import { ResourceClient } from "../resource-client.ts";
import { type CallOptions, Rest } from "../rest.ts";
import { withDefaults } from "../settings.ts";
import type { OAuthOptions } from "./oauth.ts";

/**
 * The session that an app was started for, before it has a token: `GET /v1pre3/appsessions/{id}` with the
 * app's own key and secret.
 * @throws ApiError `access-denied` when the session is of another app
 */
export async function triggeredAppSession(
  options: OAuthOptions,
  id: AppSessionId,
  call: CallOptions = {},
): Promise<AppSession> {
  const settings = withDefaults(options);
  const origin = apiOrigin(options.apiServer, options.insecureHttp ?? false);
  const dispatcher = createDispatcher(settings);
  try {
    const send = withBasic(options, withTelemetry(httpSend(dispatcher, origin)));
    const client = new ResourceClient(new Rest({ ...settings, send }), settings.retry);
    return await client.one(`appsessions/${segment(id)}`, decodeAppSession, call);
  } finally {
    await dispatcher.destroy();
  }
}

function withBasic({ clientId, clientSecret }: OAuthOptions, send: Send): Send {
  const credentials = Buffer.from(`${clientId}:${clientSecret}`).toString("base64");
  return async (request, signal) => {
    const headers = { ...request.headers, authorization: `Basic ${credentials}` };
    return await send({ ...request, headers }, signal);
  };
}
