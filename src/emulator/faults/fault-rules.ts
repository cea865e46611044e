import { type FaultActions, type FaultRule, parseFaultRule, ruleMatches } from "./rule.ts";

interface ActiveRule {
  readonly rule: FaultRule;
  left: number;
}

/*
 * Begin here. `faults/` makes the emulator misbehave on purpose. `rule.ts` has the grammar of a rule, this file the
 * rules in force, `hooks.ts` applies them to the requests of both servers, and `routes.ts` is their control,
 * `/__faults`.
 */

/** A rule as `GET /__faults` lists it. */
export interface ListedRule {
  readonly rule: string;
  /** How often it can still act; absent for a rule without a limit. */
  readonly left?: number;
}

/** The rules in force, in the order in which they were added. */
export class FaultRules {
  #rules: ActiveRule[] = [];

  /** Adds all rules, or none if one of them is invalid. @throws BsmountError `usage` */
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

  /** Returns the actions for a request, from the first rule that matches, and counts one use of that rule. */
  takeActions(method: string, path: string): FaultActions | undefined {
    const active = this.#rules.find(
      ({ rule, left }) => left > 0 && ruleMatches(rule, method, path),
    );
    if (active === undefined) return undefined;
    active.left -= 1;
    return active.rule.actions;
  }
}
