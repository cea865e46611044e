import { it } from "vitest";
import { kernelModel } from "../model/kernel-model.ts";

it("[W2][W3][W6][W27][W28] files on a mount are as a plain model says, and BaseSpace has them in the end", async () => {
  const seed = Number(process.env["MODEL_SEED"] ?? Date.now() % 2 ** 31);
  await kernelModel({ runs: Number(process.env["MODEL_RUNS"] ?? 300), seed });
});
