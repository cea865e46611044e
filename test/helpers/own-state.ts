import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

/*
 * Runs before every test file. Gives it a state folder, so that locks and journals are not in that of the user who runs
 * the tests.
 */

const folder = mkdtempSync(join(tmpdir(), "bsmount-state-"));
process.env["XDG_STATE_HOME"] = folder;
afterAll(() => rmSync(folder, { recursive: true, force: true }));
