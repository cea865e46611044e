import { test } from "vitest";
import { soak } from "../helpers/soak.ts";

const MIB = 1024 * 1024;

test(
  "ten minutes of writing and reading leave every byte right and memory flat within a fifth after two",
  { timeout: 1_800_000 },
  async () => {
    await soak({
      seconds: 600,
      warmSeconds: 120,
      pace: 10 * MIB,
      leastBytes: 1024 * MIB,
      mostBytes: 288 * MIB,
    });
  },
);
