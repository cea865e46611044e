import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { npm } from "./npm-packages.mjs";
import { repository } from "./repository.mjs";
import { step } from "./steps.mjs";

const stamp = repository("dist/.bootstrap-sources");

/** Compiles src/ to dist/ unless dist/ was made from the same sources by the same compiler. */
export async function buildIfChanged() {
  const hash = hashSources();
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === hash) return;
  await step("npm run build", () => npm("run", "build"));
  writeFileSync(stamp, hash);
}

function hashSources() {
  const sources = readdirSync(repository("src"), { recursive: true })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => join("src", path))
    .sort();
  const others = ["package-lock.json", "tsconfig.json", "tsconfig.build.json"];
  const hash = createHash("sha256");
  for (const path of [...sources, ...others]) {
    hash.update(`${path}\0`).update(readFileSync(repository(path)));
  }
  return hash.digest("hex");
}
