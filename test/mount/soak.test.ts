import { test } from "vitest";
import { soak } from "../helpers/soak.ts";

const MIB = 1024 * 1024;

/* The short form of `../long/soak.test.ts`. */

test(
  "a minute of writing and reading leaves every byte right and memory as it was",
  { timeout: 600_000 },
  async () => {
    await soak({
      seconds: 60,
      warmSeconds: 20,
      pace: 12 * MIB,
      leastBytes: 256 * MIB,
      mostBytes: 288 * MIB,
      // A minute is too short for its ups and downs to even out.
      slackBytes: 48 * MIB,
    });
  },
);
