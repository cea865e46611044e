import { type FaultActions, type FaultRule, parseFaultRule, ruleMatches } from "./rule.ts";

interface LiveRule {
  readonly rule: FaultRule;
  left: number;
}

/** A rule as `GET /__faults` lists it. */
export interface ListedRule {
  readonly rule: string;
  /** How often it may still act; absent when without limit. */
  readonly left?: number;
}

/** The rules that are in force, in the order they came. */
export class FaultRules {
  #rules: LiveRule[] = [];

  /** Adds all of them or, when one is wrong, none. */
  add(texts: readonly string[]): void {
    const rules = texts.map(parseFaultRule);
    this.#rules.push(...rules.map((rule) => ({ rule, left: rule.times })));
  }

  clear(): void {
    this.#rules = [];
  }

  list(): ListedRule[] {
    return this.#rules.map(({ rule, left }) =>
      Number.isFinite(left) ? { rule: rule.text, left } : { rule: rule.text },
    );
  }

  /** What is to happen to this request; counts as one of the rule's times. */
  take(method: string, path: string): FaultActions | undefined {
    const live = this.#rules.find(({ rule, left }) => left > 0 && ruleMatches(rule, method, path));
    if (live === undefined) return undefined;
    live.left -= 1;
    return live.rule.actions;
  }
}
