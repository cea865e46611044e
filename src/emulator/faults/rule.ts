import { BsmountError } from "../../core/errors.ts";
import { parseDuration, parseSize } from "../../core/units.ts";

/*
 * A fault rule is `METHOD PATTERN [n=K] ACTION…`, separated by spaces; after PATTERN, which can contain commas,
 * commas separate too.
 *
 * METHOD is `GET`, `POST` … or `*`. PATTERN is compared with the whole path, without the query; `*` in it means any
 * characters, including slashes. Paths of the API match with or without the prefix `/v1pre3`; a path of the object
 * store is `/objects/<32 hex>`. With `n=K` the rule acts only on the first K matches. Only the first rule that matches
 * acts.
 */

/** An example of each ACTION, and its meaning for the help. */
export const FAULT_ACTIONS: readonly (readonly [action: string, meaning: string])[] = [
  ["status=503", "returns that status with the service's error body and does nothing else"],
  ["retry-after=2", "adds that header; without status= it means status=429"],
  ["reset-before", "resets the connection before the request is handled"],
  ["reset-after", "handles the request, then resets the connection without a response"],
  ["drop-answer", "handles the request, but sends no response; the connection stays open"],
  ["late=2s", "resets the connection once the request has arrived and handles it after that time"],
  ["delay=2s", "waits before the request is handled; if the client disconnects, it is not handled"],
  ["slow=1MB/s", "sends the response's body at this rate"],
  ["truncate", "sends half of the response's body, then resets the connection"],
  ["corrupt", "changes one byte in the middle of the response's body"],
];

export interface FaultActions {
  readonly status?: number;
  /** The value of the header: seconds, or a date. */
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
  /** The text of the rule. */
  readonly text: string;
  /** Upper case, or `*`. */
  readonly method: string;
  readonly pattern: RegExp;
  /** How often it can act; Infinity without `n=`. */
  readonly times: number;
  readonly actions: FaultActions;
}

/** @throws BsmountError `usage` for an invalid rule */
export function parseFaultRule(text: string): FaultRule {
  const { method, pattern, words } = splitRule(text);
  if (!/^(\*|[A-Za-z]+)$/.test(method) || pattern === "")
    throw wrongRuleError(text, "it has no path");
  const count = words.find((word) => /^n=\d+$/.test(word));
  if (count !== undefined && Number(count.slice(2)) === 0)
    throw wrongRuleError(text, "with n=0 it never acts");
  const actions = words.filter((word) => word !== count).map((word) => parseAction(word, text));
  if (actions.length === 0) throw wrongRuleError(text, "it has no action");
  return {
    text,
    method: method.toUpperCase(),
    pattern: globPattern(pattern),
    times: count === undefined ? Number.POSITIVE_INFINITY : Number(count.slice(2)),
    actions: withImpliedStatus(Object.assign({}, ...actions) as FaultActions),
  };
}

function splitRule(text: string): { method: string; pattern: string; words: readonly string[] } {
  const [method = "", pattern = "", ...rest] = text.trim().split(/\s+/);
  const words = rest.flatMap((word) => word.split(",")).filter((word) => word !== "");
  return { method, pattern, words };
}

/** Whether the rule applies to a request with this method and path. */
export function ruleMatches(rule: FaultRule, method: string, path: string): boolean {
  if (rule.method !== "*" && rule.method !== method) return false;
  return [path, path.replace(/^\/v1pre3(?=\/)/, "")].some((each) => rule.pattern.test(each));
}

const FLAGS: Readonly<Record<string, FaultActions>> = {
  "reset-before": { resetBefore: true },
  "reset-after": { resetAfter: true },
  "drop-answer": { dropAnswer: true },
  truncate: { truncate: true },
  corrupt: { corrupt: true },
};

const DURATIONS: Readonly<Record<string, "delayMs" | "lateMs">> = {
  delay: "delayMs",
  late: "lateMs",
};

function parseAction(word: string, rule: string): FaultActions {
  const [name = "", value = ""] = word.split("=", 2);
  const known = FLAGS[word];
  if (known !== undefined) return known;
  if (name === "status" && /^[2-5]\d\d$/.test(value)) return { status: Number(value) };
  if (name === "retry-after" && value !== "") return { retryAfter: value };
  const durationKey = DURATIONS[name];
  if (durationKey !== undefined) return { [durationKey]: parseDuration(value) };
  if (name === "slow") return { slowBytesPerSecond: parseRate(value, rule) };
  throw wrongRuleError(
    rule,
    `${JSON.stringify(word)} is not an action; the actions are status=N, retry-after=S, reset-before, reset-after, drop-answer, delay=DURATION, late=DURATION, slow=SIZE/s, truncate and corrupt`,
  );
}

/** @throws BsmountError `usage` for a rate at which nothing would ever arrive */
function parseRate(value: string, rule: string): number {
  const rate = parseSize(value.replace(/\/s$/, ""));
  if (rate >= 1) return rate;
  throw wrongRuleError(
    rule,
    `slow=${value} sends nothing; use drop-answer for a response that never comes`,
  );
}

function withImpliedStatus(actions: FaultActions): FaultActions {
  if (actions.retryAfter === undefined || actions.status !== undefined) return actions;
  return { ...actions, status: 429 };
}

function globPattern(glob: string): RegExp {
  const escaped = glob.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
  return new RegExp(`^${escaped}$`);
}

function wrongRuleError(text: string, reason: string): BsmountError {
  return new BsmountError("usage", `the fault rule ${JSON.stringify(text)} is invalid: ${reason}`, {
    remedy:
      "write METHOD PATTERN [n=K] ACTION, such as: GET */content n=2 status=503 retry-after=1",
  });
}
