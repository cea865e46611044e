import type { User } from "../state/entities.ts";
import { type Html, html, type Page } from "./page.ts";
import { scopeWords } from "./describe-scope.ts";

/** What the user is asked. */
export interface Approval {
  readonly applicationName: string;
  readonly scopes: readonly string[];
  /** Whose account it can be; the first is the emulator's own choice. */
  readonly users: readonly User[];
  /** To compare with what the device shows. */
  readonly userCode?: string;
  /** Where the form goes, and what it repeats. */
  readonly action: string;
  readonly hidden: Readonly<Record<string, string>>;
  /** Another origin that the answer leads to. */
  readonly formTarget?: string;
}

export function approvalPage(approval: Approval): Page {
  const { applicationName, userCode, scopes, users, action, hidden, formTarget } = approval;
  const body = html`<h1>${applicationName} asks for access</h1>
    ${userCode === undefined ? intro(users) : codeBox(userCode)}
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

function codeBox(userCode: string): Html {
  return html`<p>Approve only if your terminal or device shows this code:</p>
    <div class="code">${userCode}</div>`;
}

function scopeItems(scopes: readonly string[]): Html[] {
  if (scopes.length === 0) return [html`<li>See your name and e-mail address</li>`];
  return scopes.map((scope) => html`<li>${scopeWords(scope)}<small>${scope}</small></li>`);
}

/** The emulator has no log-in: with several users, whoever approves says who he is. */
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
