import { html, type Page } from "./page.ts";

/** Asks for the code that a device shows. */
export function enterCodePage(wrongCode: boolean): Page {
  const body = html`<h1>Connect a device</h1>
    ${
      wrongCode
        ? html`<p class="bad">No sign-in waits under this code: mistyped, decided, or too old.</p>`
        : html`<p>Your terminal or device shows a code of five characters.</p>`
    }
    <form method="get">
      <label>
        Code
        <input type="text" name="code" required autofocus autocomplete="off" maxlength="16" />
      </label>
      <div class="actions"><button class="go">Continue</button></div>
    </form>`;
  return { title: "Connect a device", body, status: wrongCode ? 404 : 200 };
}

export function decidedPage(applicationName: string, approved: boolean): Page {
  const title = approved ? "Access approved" : "Access denied";
  const words = approved ? "can now use your account." : "was not let in.";
  const body = html`<h1>${title}</h1>
    <p><strong>${applicationName}</strong> ${words} You may close this page.</p>`;
  return { title, body };
}

/** Where every wish for access is granted as it comes, whichever code the browser brings. */
export function approvedAtOncePage(): Page {
  const title = "Nothing to decide";
  const body = html`<h1>${title}</h1>
    <p>This emulator approves every sign-in at once. You may close this page.</p>`;
  return { title, body };
}

export function refusalPage(problem: string, status = 400): Page {
  const title = "This does not work";
  return {
    title,
    status,
    body: html`<h1>${title}</h1>
      <p>${problem}</p>`,
  };
}
