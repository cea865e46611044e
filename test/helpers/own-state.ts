import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

/*
 * Runs before every test file. What programs keep in the user's state folder by themselves, such as locks, goes to a
 * folder of the test file in place of that of whoever runs the tests.
 */

const folder = mkdtempSync(join(tmpdir(), "bsmount-state-"));
process.env["XDG_STATE_HOME"] = folder;
afterAll(() => rmSync(folder, { recursive: true, force: true }));
