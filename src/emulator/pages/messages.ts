import { html, type Page } from "./page.ts";

/** Asks the user for the code that the device shows. */
export function enterCodePage(wrongCode: boolean): Page {
  const body = html`<h1>Connect a device</h1>
    ${
      wrongCode
        ? html`<p class="bad">
            No sign-in is pending for this code: it is mistyped, decided or expired.
          </p>`
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
  const words = approved ? "can now use your account." : "was denied access.";
  const body = html`<h1>${title}</h1>
    <p><strong>${applicationName}</strong> ${words} You may close this page.</p>`;
  return { title, body };
}

/** The page for any code if the emulator approves every sign-in at once. */
export function autoApprovedPage(): Page {
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
