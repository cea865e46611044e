import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { findCommand } from "./presence.mjs";
import { repository } from "./repository.mjs";
import { mustRun, step, StepFailed } from "./steps.mjs";

const lock = repository("package-lock.json");
const stamp = repository("node_modules/.bootstrap-lock");
/** npm writes it last, so it exists only after an installation that was completed. */
const hiddenLock = repository("node_modules/.package-lock.json");

/** Runs `npm ci` unless node_modules already holds what package-lock.json says. */
export async function installNpmPackages() {
  const hash = createHash("sha256").update(readFileSync(lock)).digest("hex");
  if (!isInstalled(hash)) await step("npm ci", () => npm("ci"));
  if (readStamp() !== hash) writeFileSync(stamp, hash);
}

/** Runs npm; its output is shown only when it fails. */
export async function npm(...args) {
  // Under `npm run` this is the very npm that was called; NODE_ENV=production would leave tools out.
  const cli = process.env.npm_execpath;
  const env = { NODE_ENV: "development" };
  if (cli?.endsWith("npm-cli.js")) return await mustRun(process.execPath, [cli, ...args], env);
  if (findCommand("npm") === undefined) {
    throw new StepFailed("npm was not found: it comes with Node, https://nodejs.org.");
  }
  return await mustRun("npm", ["--prefix", repository("."), ...args], env);
}

/** The stamp decides where there is one; without it, an `npm install` after the lock was written. */
function isInstalled(hash) {
  if (!existsSync(hiddenLock)) return false;
  const stamped = readStamp();
  if (stamped !== undefined) return stamped === hash;
  return statSync(hiddenLock).mtimeMs >= statSync(lock).mtimeMs;
}

function readStamp() {
  return existsSync(stamp) ? readFileSync(stamp, "utf8") : undefined;
}
