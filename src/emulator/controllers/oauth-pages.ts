import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { applicationWithKey, mayRedirectTo } from "../access/applications.ts";
import {
  AUTHORIZATION_SECONDS,
  createApprovedAuthorization,
  decideAuthorization,
  parseRequestedScopes,
  pendingWithUserCode,
} from "../access/authorizations.ts";
import { FormTokens } from "../access/form-tokens.ts";
import { OAuthProblem } from "../access/oauth-problem.ts";
import { type Fields, readFields, textField } from "../http/body.ts";
import { approvalPage } from "../pages/approval.ts";
import { autoApprovedPage, decidedPage, enterCodePage, refusalPage } from "../pages/messages.ts";
import { sendPage } from "../pages/page.ts";
import type { Context } from "../services/context.ts";
import type { Application, Authorization, User } from "../state/entities.ts";

/** The pages on which a user decides what an app may do: for devices, which show a code, and for web apps. */
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
    // The app may have exchanged the code, which removes it, before the browser opens the page.
    if (this.#context.autoApprove) return sendPage(reply, autoApprovedPage());
    const pending = this.#pending(code);
    if (pending === undefined) return sendPage(reply, enterCodePage(true));
    const userCode = pending.userCode ?? "";
    const page = approvalPage({
      ...this.#approvalOf(this.#context.state.need("applications", pending.applicationId)),
      scopes: pending.scopes,
      userCode,
      action: "/oauth/device",
      hidden: { code: userCode, form_token: this.#formToken([pending.id]) },
    });
    return sendPage(reply, page);
  }

  async decideDevice(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const fields = await readFields(request);
    const pending = this.#pending(textField(fields, "code") ?? "");
    if (pending === undefined) return sendPage(reply, enterCodePage(true));
    if (!this.#isFromOurPage(fields, [pending.id])) return sendPage(reply, foreignFormPage());
    const approved = textField(fields, "decision") === "approve";
    const { state } = this.#context;
    await decideAuthorization(state, pending.id, { approved, userId: this.#userOf(fields) });
    const { name } = state.need("applications", pending.applicationId);
    return sendPage(reply, decidedPage(name, approved));
  }

  async showWeb(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const signIn = this.#parseWebSignIn(await readFields(request));
    if ("problem" in signIn) return sendPage(reply, refusalPage(signIn.problem));
    if (signIn.error !== undefined) return redirectToApp(reply, signIn, signIn.error);
    if (this.#context.autoApprove) return await this.#approve(reply, signIn, this.#firstUser());
    const { application, hidden, scopes, redirectUri } = signIn;
    const page = approvalPage({
      ...this.#approvalOf(application),
      scopes,
      action: "/oauth/authorize",
      hidden: { ...hidden, form_token: this.#formToken(Object.values(hidden)) },
      formTarget: new URL(redirectUri).origin,
    });
    return sendPage(reply, page);
  }

  async decideWeb(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const fields = await readFields(request);
    const signIn = this.#parseWebSignIn(fields);
    if ("problem" in signIn) return sendPage(reply, refusalPage(signIn.problem));
    const isOurs = this.#isFromOurPage(fields, Object.values(signIn.hidden));
    if (!isOurs) return sendPage(reply, foreignFormPage());
    if (textField(fields, "decision") === "approve") {
      return await this.#approve(reply, signIn, this.#userOf(fields));
    }
    const description = "User has denied the access request";
    return redirectToApp(reply, signIn, new OAuthProblem("access_denied", description));
  }

  async #approve(reply: FastifyReply, signIn: WebSignIn, userId: string): Promise<FastifyReply> {
    const { application, scopes, redirectUri } = signIn;
    const approved = { application, scopes, redirectUri, userId, nowMs: this.#context.clock.now() };
    const { id } = await createApprovedAuthorization(this.#context.state, approved);
    return redirectToApp(reply, signIn, { code: id });
  }

  /** Parses a web app's request. The browser is never redirected to an address that the app did not register. */
  #parseWebSignIn(fields: Fields): WebSignIn | { readonly problem: string } {
    const { state } = this.#context;
    const [clientId, redirectUri, scope, state_, type] = WEB_FIELDS.map(
      (name) => textField(fields, name) ?? "",
    ) as [string, string, string, string, string];
    const application = applicationWithKey(state, clientId);
    if (application === undefined) return { problem: "There is no app with this client_id." };
    if (!mayRedirectTo(state, application, redirectUri)) {
      return { problem: "The redirect_uri is not the one that the app registered." };
    }
    const hidden = Object.fromEntries(
      WEB_FIELDS.map((name) => [name, textField(fields, name) ?? ""]),
    );
    const signIn = { application, redirectUri, state: state_, hidden };
    try {
      if (type !== "code") {
        throw new OAuthProblem("unsupported_response_type", "response_type has to be code");
      }
      return { ...signIn, scopes: parseRequestedScopes(scope), error: undefined };
    } catch (error) {
      if (error instanceof OAuthProblem) return { ...signIn, scopes: [], error };
      throw error;
    }
  }

  #pending(code: string): Authorization | undefined {
    const { state, clock } = this.#context;
    return pendingWithUserCode(state, code.trim().toLowerCase(), clock.now());
  }

  #approvalOf(application: Application): { applicationName: string; users: User[] } {
    const { state } = this.#context;
    const first = this.#firstUser();
    const others = [...state.all("users")].filter(({ id }) => id !== first);
    return { applicationName: application.name, users: [state.need("users", first), ...others] };
  }

  #firstUser(): string {
    return this.#context.state.need("settings", "first-user").value;
  }

  #userOf(fields: Fields): string {
    const chosen = textField(fields, "user") ?? "";
    return this.#context.state.get("users", chosen) === undefined ? this.#firstUser() : chosen;
  }

  #formToken(pageContent: readonly string[]): string {
    return this.#forms.sign(pageContent, this.#context.clock.now() + AUTHORIZATION_SECONDS * 1000);
  }

  #isFromOurPage(fields: Fields, pageContent: readonly string[]): boolean {
    const token = textField(fields, "form_token") ?? "";
    return this.#forms.isValid(token, pageContent, this.#context.clock.now());
  }
}

const WEB_FIELDS = ["client_id", "redirect_uri", "scope", "state", "response_type"] as const;

interface WebSignIn {
  readonly application: Application;
  readonly redirectUri: string;
  readonly state: string;
  readonly scopes: readonly string[];
  /** The hidden fields of the page's form, which repeat the request. */
  readonly hidden: Readonly<Record<string, string>>;
  /** Why the app is refused without showing a page. */
  readonly error: OAuthProblem | undefined;
}

/** Redirects the browser to the app, with a code or an error. */
function redirectToApp(
  reply: FastifyReply,
  { redirectUri, state }: WebSignIn,
  result: { readonly code: string } | OAuthProblem,
): FastifyReply {
  const url = new URL(redirectUri);
  const parameters =
    result instanceof OAuthProblem
      ? { error: result.code, error_description: result.message, state }
      : { code: result.code, state, action: "oauthv2authorization" };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return reply
    .status(302)
    .headers({ location: url.href, "cache-control": "no-store", "referrer-policy": "no-referrer" })
    .send();
}

function foreignFormPage(): ReturnType<typeof refusalPage> {
  return refusalPage("This form was not sent from its page, or the page has expired.", 403);
}
