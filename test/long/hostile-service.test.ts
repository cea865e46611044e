import { afterAll, describe, test } from "vitest";
import { HOSTILE_API } from "../helpers/hostile-api.ts";
import { checkOutcome, SLOW_MS, USUAL_MS } from "../helpers/hostile-checks.ts";
import type { Scenario } from "../helpers/hostile-server.ts";
import { HOSTILE_STORE } from "../helpers/hostile-store.ts";
import { COMMANDS, hostileWorld, type Twists } from "../helpers/hostile-world.ts";

/* Every command against every way in which a service can be hostile; the table is printed at the end. */

const MIB = 1024 * 1024;
const rows: string[] = [];
afterAll(() => {
  const head = "scenario | command | exit code | seconds | MiB | bytes printed | bytes told";
  console.log([head, ...rows.toSorted()].join("\n"));
});

const scenarios: readonly (readonly [string, Scenario, Twists])[] = [
  ...Object.entries(HOSTILE_API).map(([name, one]) => [name, one, { api: one.twist }] as const),
  ...Object.entries(HOSTILE_STORE).map(([name, one]) => [name, one, { store: one.twist }] as const),
];

describe.each(scenarios)("a service with %s", (scenario, { isSlow = false }, twists) => {
  test.concurrent.each([...Object.keys(COMMANDS), "mount"])(
    "lets %s end in time, with a clear word, in little memory",
    async (command) => {
      await using world = await hostileWorld(twists);
      const limitMs = isSlow ? SLOW_MS : USUAL_MS;
      const isMount = command === "mount";
      const outcome = isMount
        ? await world.useMount(4 * limitMs)
        : await world.run(command, limitMs);
      const { code, ms, peakBytes, stdoutBytes, stderr } = outcome;
      const figures = [code, (ms / 1000).toFixed(1), Math.round(peakBytes / MIB), stdoutBytes];
      rows.push([scenario, command, ...figures, stderr.length].join(" | "));
      checkOutcome(outcome, { secrets: world.secrets, isContent: command === "cat" });
    },
  );
});
