import type { User } from "../state/entities.ts";
import { describeScope } from "./describe-scope.ts";
import { type Html, html, type Page } from "./page.ts";

/** What the user is asked to approve. */
export interface Approval {
  readonly applicationName: string;
  readonly scopes: readonly string[];
  /** The users who can approve; the first one is the default. */
  readonly users: readonly User[];
  /** The code of a device, for the user to compare. */
  readonly userCode?: string;
  /** The path to which the form is sent, and its hidden fields. */
  readonly action: string;
  readonly hidden: Readonly<Record<string, string>>;
  /** Another origin to which the form may redirect. */
  readonly formTarget?: string;
}

export function approvalPage(approval: Approval): Page {
  const { applicationName, userCode, scopes, users, action, hidden, formTarget } = approval;
  const body = html`<h1>${applicationName} asks for access</h1>
    ${userCode === undefined ? intro(users) : userCodeBox(userCode)}
    <h2>It would be allowed to</h2>
    <ul>
      ${scopeItems(scopes)}
    </ul>
    <form method="post" action="${action}">
      ${Object.entries(hidden).map(
        ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
      )}
      ${userChoice(users)}
      <div class="actions">
        <button name="decision" value="deny">Deny</button>
        <button class="go" name="decision" value="approve">Approve</button>
      </div>
    </form>`;
  const target = formTarget === undefined ? {} : { formTarget };
  return { title: `${applicationName} asks for access`, body, ...target };
}

function intro(users: readonly User[]): Html {
  return users.length === 1
    ? html`<p>to the account of <strong>${users[0]?.name ?? ""}</strong></p>`
    : html``;
}

function userCodeBox(userCode: string): Html {
  return html`<p>Approve only if your terminal or device shows this code:</p>
    <div class="code">${userCode}</div>`;
}

function scopeItems(scopes: readonly string[]): Html[] {
  if (scopes.length === 0) return [html`<li>See your name and e-mail address</li>`];
  return scopes.map((scope) => html`<li>${describeScope(scope)}<small>${scope}</small></li>`);
}

/** The emulator has no log-in: if there are several users, the form has a choice of the user who approves. */
function userChoice(users: readonly User[]): Html {
  if (users.length < 2) return html``;
  const options = users.map(({ id, name }) => html`<option value="${id}">${name}</option>`);
  return html`<label
    >Sign in as
    <select name="user">
      ${options}
    </select></label
  >`;
}
