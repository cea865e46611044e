import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { applicationOfKey, mayRedirectTo } from "../access/applications.ts";
import {
  askedScopes,
  AUTHORIZATION_SECONDS,
  decide,
  grantAuthorization,
  waitingUnder,
} from "../access/authorizations.ts";
import { FormTokens } from "../access/form-tokens.ts";
import { OAuthProblem } from "../access/oauth-problem.ts";
import type { Context } from "../services/context.ts";
import { type Fields, readFields, textField } from "../http/body.ts";
import { approvalPage } from "../pages/approval.ts";
import { approvedAtOncePage, decidedPage, enterCodePage, refusalPage } from "../pages/messages.ts";
import { sendPage } from "../pages/page.ts";
import type { Application, Authorization, User } from "../state/entities.ts";

/** The pages where a user decides what an app may do: for codes that a device shows, and for web apps. */
export function oauthPageRoutes(app: FastifyInstance, context: Context): void {
  const forms = new FormTokens(context.state.need("settings", "link-secret").value);
  const pages = new OAuthPages(context, forms);
  app.get("/oauth/device", async (request, reply) => await pages.showDevice(request, reply));
  app.post("/oauth/device", async (request, reply) => await pages.decideDevice(request, reply));
  app.get("/oauth/authorize", async (request, reply) => await pages.showWeb(request, reply));
  app.post("/oauth/authorize", async (request, reply) => await pages.decideWeb(request, reply));
}

class OAuthPages {
  readonly #context: Context;
  readonly #forms: FormTokens;

  constructor(context: Context, forms: FormTokens) {
    this.#context = context;
    this.#forms = forms;
  }

  async showDevice(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const code = textField(await readFields(request), "code");
    if (code === undefined || code === "") return sendPage(reply, enterCodePage(false));
    // The code may be exchanged, and so forgotten, before the browser comes with it.
    if (this.#context.autoApprove) return sendPage(reply, approvedAtOncePage());
    const waiting = this.#waiting(code);
    if (waiting === undefined) return sendPage(reply, enterCodePage(true));
    const userCode = waiting.userCode ?? "";
    const page = approvalPage({
      ...this.#facts(this.#context.state.need("applications", waiting.applicationId)),
      scopes: waiting.scopes,
      userCode,
      action: "/oauth/device",
      hidden: { code: userCode, form_token: this.#formToken([waiting.id]) },
    });
    return sendPage(reply, page);
  }

  async decideDevice(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const fields = await readFields(request);
    const waiting = this.#waiting(textField(fields, "code") ?? "");
    if (waiting === undefined) return sendPage(reply, enterCodePage(true));
    if (!this.#isOurForm(fields, [waiting.id])) return sendPage(reply, foreignForm());
    const approved = textField(fields, "decision") === "approve";
    const { state } = this.#context;
    await decide(state, waiting.id, { approved, userId: this.#userOf(fields) });
    const { name } = state.need("applications", waiting.applicationId);
    return sendPage(reply, decidedPage(name, approved));
  }

  async showWeb(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const asked = this.#webWish(await readFields(request));
    if ("problem" in asked) return sendPage(reply, refusalPage(asked.problem));
    if (asked.error !== undefined) return sendBack(reply, asked, asked.error);
    if (this.#context.autoApprove) return await this.#grant(reply, asked, this.#firstUser());
    const { application, hidden, scopes, redirectUri } = asked;
    const page = approvalPage({
      ...this.#facts(application),
      scopes,
      action: "/oauth/authorize",
      hidden: { ...hidden, form_token: this.#formToken(Object.values(hidden)) },
      formTarget: new URL(redirectUri).origin,
    });
    return sendPage(reply, page);
  }

  async decideWeb(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const fields = await readFields(request);
    const asked = this.#webWish(fields);
    if ("problem" in asked) return sendPage(reply, refusalPage(asked.problem));
    const isOurs = this.#isOurForm(fields, Object.values(asked.hidden));
    if (!isOurs) return sendPage(reply, foreignForm());
    if (textField(fields, "decision") === "approve") {
      return await this.#grant(reply, asked, this.#userOf(fields));
    }
    const description = "User has denied the access request";
    return sendBack(reply, asked, new OAuthProblem("access_denied", description));
  }

  async #grant(reply: FastifyReply, wish: WebWish, userId: string): Promise<FastifyReply> {
    const { application, scopes, redirectUri } = wish;
    const asked = { application, scopes, redirectUri, userId, nowMs: this.#context.clock.now() };
    const { id } = await grantAuthorization(this.#context.state, asked);
    return sendBack(reply, wish, { code: id });
  }

  /** What a web app asks for. Whose address is not known to be the app's never gets the browser back. */
  #webWish(fields: Fields): WebWish | { readonly problem: string } {
    const { state } = this.#context;
    const [clientId, redirectUri, scope, state_, type] = WEB_FIELDS.map(
      (name) => textField(fields, name) ?? "",
    ) as [string, string, string, string, string];
    const application = applicationOfKey(state, clientId);
    if (application === undefined) return { problem: "No app has this client_id." };
    if (!mayRedirectTo(state, application, redirectUri)) {
      return { problem: "The redirect_uri is not the one that the app registered." };
    }
    const hidden = Object.fromEntries(
      WEB_FIELDS.map((name) => [name, textField(fields, name) ?? ""]),
    );
    const wish = { application, redirectUri, state: state_, hidden };
    try {
      if (type !== "code") {
        throw new OAuthProblem("unsupported_response_type", "response_type has to be code");
      }
      return { ...wish, scopes: askedScopes(scope), error: undefined };
    } catch (error) {
      if (error instanceof OAuthProblem) return { ...wish, scopes: [], error };
      throw error;
    }
  }

  #waiting(code: string): Authorization | undefined {
    const { state, clock } = this.#context;
    return waitingUnder(state, code.trim().toLowerCase(), clock.now());
  }

  #facts(application: Application): { applicationName: string; users: User[] } {
    const { state } = this.#context;
    const first = this.#firstUser();
    const others = [...state.all("users")].filter(({ id }) => id !== first);
    return { applicationName: application.name, users: [state.need("users", first), ...others] };
  }

  #firstUser(): string {
    return this.#context.state.need("settings", "first-user").value;
  }

  #userOf(fields: Fields): string {
    const asked = textField(fields, "user") ?? "";
    return this.#context.state.get("users", asked) === undefined ? this.#firstUser() : asked;
  }

  #formToken(facts: readonly string[]): string {
    return this.#forms.sign(facts, this.#context.clock.now() + AUTHORIZATION_SECONDS * 1000);
  }

  #isOurForm(fields: Fields, facts: readonly string[]): boolean {
    const token = textField(fields, "form_token") ?? "";
    return this.#forms.isValid(token, facts, this.#context.clock.now());
  }
}

const WEB_FIELDS = ["client_id", "redirect_uri", "scope", "state", "response_type"] as const;

interface WebWish {
  readonly application: Application;
  readonly redirectUri: string;
  readonly state: string;
  readonly scopes: readonly string[];
  /** What the page's form repeats. */
  readonly hidden: Readonly<Record<string, string>>;
  /** Why the app gets nothing, and no page is shown. */
  readonly error: OAuthProblem | undefined;
}

/** Sends the browser back to the app, with a code or with what went wrong. */
function sendBack(
  reply: FastifyReply,
  { redirectUri, state }: WebWish,
  result: { readonly code: string } | OAuthProblem,
): FastifyReply {
  const url = new URL(redirectUri);
  const answer =
    result instanceof OAuthProblem
      ? { error: result.code, error_description: result.message, state }
      : { code: result.code, state, action: "oauthv2authorization" };
  for (const [name, value] of Object.entries(answer)) url.searchParams.set(name, value);
  return reply
    .status(302)
    .headers({ location: url.href, "cache-control": "no-store", "referrer-policy": "no-referrer" })
    .send();
}

function foreignForm(): ReturnType<typeof refusalPage> {
  return refusalPage("This form was not sent from its page, or the page is too old.", 403);
}
