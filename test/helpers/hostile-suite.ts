import { afterAll, describe, test } from "vitest";
import { HOSTILE_API } from "./hostile-api.ts";
import { checkOutcome, SLOW_MS, USUAL_MS } from "./hostile-checks.ts";
import type { Scenario } from "./hostile-server.ts";
import { HOSTILE_STORE } from "./hostile-store.ts";
import { hostileWorld, type Twists } from "./hostile-world.ts";

const MIB = 1024 * 1024;

const SCENARIOS: readonly (readonly [string, Scenario, Twists])[] = [
  ...Object.entries(HOSTILE_API).map(([name, one]) => [name, one, { api: one.twist }] as const),
  ...Object.entries(HOSTILE_STORE).map(([name, one]) => [name, one, { store: one.twist }] as const),
];

/** Tests of these commands, or of `mount`, against every way in which a service can be hostile; prints a table. */
export function hostileSuite(
  commands: readonly string[],
  { withSlow }: { readonly withSlow: boolean },
): void {
  const rows: string[] = [];
  afterAll(() => {
    const head = "scenario | command | exit code | seconds | MiB | bytes printed | bytes told";
    console.log([head, ...rows.toSorted()].join("\n"));
  });
  const scenarios = SCENARIOS.filter(([, { isSlow = false }]) => withSlow || !isSlow);
  describe.concurrent.each(scenarios)(
    "a service with %s",
    (scenario, { isSlow = false }, twists) => {
      test.concurrent.each(commands)(
        "[F5] lets %s end in time, with a clear word, in little memory",
        async (command) => {
          await using world = await hostileWorld(twists);
          const limitMs = isSlow ? SLOW_MS : USUAL_MS;
          const outcome =
            command === "mount"
              ? await world.useMount(4 * limitMs)
              : await world.run(command, limitMs);
          const { code, ms, peakBytes, stdoutBytes, stderr } = outcome;
          const figures = [code, (ms / 1000).toFixed(1), Math.round(peakBytes / MIB), stdoutBytes];
          rows.push([scenario, command, ...figures, stderr.length].join(" | "));
          checkOutcome(outcome, { secrets: world.secrets, isContent: command === "cat" });
        },
      );
    },
  );
}
