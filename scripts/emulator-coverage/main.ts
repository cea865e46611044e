/** Writes `docs/emulator-coverage.md`, which lists what the emulator implements: `npm run emulator-coverage`. */
import { writeFile } from "node:fs/promises";
import { COVERAGE_PAGE } from "../../src/emulator/coverage/not-implemented.ts";
import { coveragePage } from "./page.ts";
import { recordedRequests } from "./recorded.ts";
import { emulatorRoutes } from "./routes.ts";

await writeFile(
  new URL(`../../${COVERAGE_PAGE}`, import.meta.url),
  coveragePage(await emulatorRoutes(), await recordedRequests()),
);
