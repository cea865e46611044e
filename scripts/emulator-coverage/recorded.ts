import { fileURLToPath } from "node:url";
import { neverAborted } from "../../src/core/abort.ts";
import { readRecordings } from "../../src/emulator/verify/read-recordings.ts";

const FOLDER = fileURLToPath(new URL("../../test/fixtures/recordings", import.meta.url));

/** The requests whose responses were recorded and succeeded, as `GET /v1pre3/files/7`. */
export async function recordedRequests(): Promise<readonly string[]> {
  const { recordings } = await readRecordings(FOLDER, neverAborted);
  return recordings
    .filter(({ status }) => status < 400)
    .map(({ method, target }) => `${method} ${target.replace(/\?.*/, "")}`);
}
