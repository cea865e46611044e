import { it } from "vitest";
import { crashLoop } from "../helpers/crash-loop.ts";

it("[W19][W27] in all write modes a mount that is killed ten times loses nothing that was closed, and finishes nothing twice or short", async () => {
  const seed = Number(process.env["CRASH_SEED"] ?? Date.now() % 2 ** 31);
  await crashLoop({ kills: Number(process.env["CRASH_KILLS"] ?? 10), seed });
}, 300_000);
