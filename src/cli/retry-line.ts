import process from "node:process";
import { requests, type RetryMessage, retries } from "../core/telemetry.ts";
import { printable } from "../core/terminal-text.ts";

/** A shorter outage is not worth a line. */
const SHOWN_AFTER_MS = 2_000;

/** EL; see console_codes(4). */
const CLEAR_LINE = "\r\u001b[K";

/** Statuses below 500 after which a request is sent again. */
const MAY_PASS: ReadonlySet<number> = new Set([408, 429]);

let pauses = 0;

/** Shows no line until the result is disposed: something else is at the end of the terminal. */
export function pauseRetryLine(): Disposable {
  pauses += 1;
  return {
    [Symbol.dispose]: () => {
      pauses -= 1;
    },
  };
}

/**
 * While the service fails, shows one line on standard error about what is tried again and until when, if that is a
 * terminal; clears it at the next response. Disposing clears it, too.
 */
export function showRetries(): Disposable {
  const { stderr } = process;
  if (!stderr.isTTY) return { [Symbol.dispose]: () => {} };
  let timer: NodeJS.Timeout | undefined;
  let isShown = false;
  const clear = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (isShown) stderr.write(CLEAR_LINE);
    isShown = false;
  };
  const stopRetries = retries.subscribe((message) => {
    if (pauses > 0 || timer !== undefined) return;
    const text = textOf(message, stderr.columns || 80);
    const show = (): void => {
      if (pauses > 0) return;
      isShown = true;
      stderr.write(CLEAR_LINE + text);
    };
    timer = setTimeout(show, Math.max(0, SHOWN_AFTER_MS - message.elapsedMs)).unref();
  });
  const stopRequests = requests.subscribe(({ status }) => {
    if (status > 0 && status < 500 && !MAY_PASS.has(status)) clear();
  });
  return {
    [Symbol.dispose]: () => {
      stopRetries();
      stopRequests();
      clear();
    },
  };
}

/** Cut to one line of the terminal: a longer one could not be cleared. */
function textOf({ why, elapsedMs, totalMs }: RetryMessage, columns: number): string {
  const until = new Date(Date.now() + totalMs - elapsedMs).toTimeString().slice(0, 8);
  const text = printable(`bsmount: trying again until ${until}: ${why}`);
  return text.length < columns ? text : `${text.slice(0, columns - 2)}…`;
}
