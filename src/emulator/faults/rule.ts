import { BsmountError } from "../../core/errors.ts";
import { parseDuration, parseSize } from "../../core/units.ts";

/*
 * A fault rule is `METHOD PATTERN [n=K] ACTION…`, its words apart by spaces; behind PATTERN, which may hold
 * commas, by commas as well.
 *
 * METHOD is `GET`, `POST` … or `*`. PATTERN is compared with the whole path, without query; `*` in it
 * stands for any characters, slashes too. The API's paths match with or without `/v1pre3` in front; an
 * object store's path counts as `/objects/<32 hex>`. With `n=K` only the first K matches are hit. The
 * first rule that matches is the one that acts.
 */

/** What an ACTION can be, by an example, and what it means. */
export const FAULT_ACTIONS: readonly (readonly [action: string, meaning: string])[] = [
  ["status=503", "that status with the service's error body; nothing else happens"],
  ["retry-after=2", "with that header; alone it means status=429"],
  ["reset-before", "the connection is reset before the request is looked at"],
  ["reset-after", "the work is done, then the connection is reset instead of an answer"],
  ["drop-answer", "the work is done, then nothing more is heard; the connection stays open"],
  ["late=2s", "the connection is reset when the request has come; the work is done so much later"],
  ["delay=2s", "before the request is looked at; who hangs up meanwhile gets nothing done"],
  ["slow=1MB/s", "the answer's body is sent at this rate"],
  ["truncate", "half of the answer's body, then the connection is reset"],
  ["corrupt", "one byte in the middle of the answer's body is another one"],
];

export interface FaultActions {
  readonly status?: number;
  /** As the header has it: seconds, or a date. */
  readonly retryAfter?: string;
  readonly delayMs?: number;
  readonly lateMs?: number;
  readonly slowBytesPerSecond?: number;
  readonly resetBefore?: boolean;
  readonly resetAfter?: boolean;
  readonly dropAnswer?: boolean;
  readonly truncate?: boolean;
  readonly corrupt?: boolean;
}

export interface FaultRule {
  /** As it was given. */
  readonly text: string;
  /** Upper case, or `*`. */
  readonly method: string;
  readonly pattern: RegExp;
  /** How often it may still act; Infinity without `n=`. */
  readonly times: number;
  readonly actions: FaultActions;
}

/** @throws BsmountError `usage` for a rule that makes no sense. */
export function parseFaultRule(text: string): FaultRule {
  const { method, pattern, words } = wordsOf(text);
  if (!/^(\*|[A-Za-z]+)$/.test(method) || pattern === "") throw wrong(text, "it has no path");
  const count = words.find((word) => /^n=\d+$/.test(word));
  if (count !== undefined && Number(count.slice(2)) === 0) throw wrong(text, "n=0 is never");
  const actions = words.filter((word) => word !== count).map((word) => parseAction(word, text));
  if (actions.length === 0) throw wrong(text, "it has no action");
  return {
    text,
    method: method.toUpperCase(),
    pattern: globPattern(pattern),
    times: count === undefined ? Number.POSITIVE_INFINITY : Number(count.slice(2)),
    actions: completed(Object.assign({}, ...actions) as FaultActions),
  };
}

function wordsOf(text: string): { method: string; pattern: string; words: readonly string[] } {
  const [method = "", pattern = "", ...rest] = text.trim().split(/\s+/);
  const words = rest.flatMap((word) => word.split(",")).filter((word) => word !== "");
  return { method, pattern, words };
}

/** Whether a request of this method and path is meant. */
export function ruleMatches(rule: FaultRule, method: string, path: string): boolean {
  if (rule.method !== "*" && rule.method !== method) return false;
  return [path, path.replace(/^\/v1pre3(?=\/)/, "")].some((each) => rule.pattern.test(each));
}

const SWITCHES: Readonly<Record<string, FaultActions>> = {
  "reset-before": { resetBefore: true },
  "reset-after": { resetAfter: true },
  "drop-answer": { dropAnswer: true },
  truncate: { truncate: true },
  corrupt: { corrupt: true },
};

const WAITS: Readonly<Record<string, "delayMs" | "lateMs">> = { delay: "delayMs", late: "lateMs" };

function parseAction(word: string, rule: string): FaultActions {
  const [name = "", value = ""] = word.split("=", 2);
  const known = SWITCHES[word];
  if (known !== undefined) return known;
  if (name === "status" && /^[2-5]\d\d$/.test(value)) return { status: Number(value) };
  if (name === "retry-after" && value !== "") return { retryAfter: value };
  const waits = WAITS[name];
  if (waits !== undefined) return { [waits]: parseDuration(value) };
  if (name === "slow") return { slowBytesPerSecond: parseRate(value, rule) };
  throw wrong(
    rule,
    `${JSON.stringify(word)} is no action; there are status=N, retry-after=S, reset-before, reset-after, drop-answer, delay=DURATION, late=DURATION, slow=SIZE/s, truncate and corrupt`,
  );
}

/** @throws BsmountError `usage` for a rate at which nothing would ever arrive. */
function parseRate(value: string, rule: string): number {
  const rate = parseSize(value.replace(/\/s$/, ""));
  if (rate >= 1) return rate;
  throw wrong(rule, `slow=${value} sends nothing; drop-answer is an answer that never comes`);
}

function completed(actions: FaultActions): FaultActions {
  if (actions.retryAfter === undefined || actions.status !== undefined) return actions;
  return { ...actions, status: 429 };
}

function globPattern(glob: string): RegExp {
  const escaped = glob.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
  return new RegExp(`^${escaped}$`);
}

function wrong(text: string, reason: string): BsmountError {
  return new BsmountError("usage", `the fault rule ${JSON.stringify(text)} is wrong: ${reason}`, {
    remedy:
      "write METHOD PATTERN [n=K] ACTION, such as: GET */content n=2 status=503 retry-after=1",
  });
}
