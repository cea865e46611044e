import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { tempDir } from "../helpers/temp-dir.ts";
import { writeFile } from "node:fs/promises";

test("the client loads neither the FUSE binding nor the emulator's server", async () => {
  await using dir = await tempDir();
  const script = dir.join("loads.mts");
  const index = new URL("../../src/index.ts", import.meta.url);
  await writeFile(
    script,
    `import { createRequire } from "node:module";
     const client = await import(${JSON.stringify(index.href)});
     const loaded = Object.keys(createRequire(${JSON.stringify(index.href)}).cache);
     console.log(JSON.stringify({ exports: Object.keys(client), loaded }));`,
  );
  const tsx = fileURLToPath(import.meta.resolve("tsx/cli"));
  const { stdout } = await promisify(execFile)(process.execPath, [tsx, script]);
  const { exports, loaded } = JSON.parse(stdout) as Record<"exports" | "loaded", string[]>;
  expect(exports.toSorted()).toEqual([
    "ApiError",
    "AppSessionMetaData",
    "BaseSpace",
    "BsmountError",
    "ByteBudget",
    "DecodeError",
    "LaunchPayload",
    "LaunchSpecification",
    "List",
    "MountedEntity",
    "OAuth",
    "OAuthError",
    "RedirectListener",
    "accessScope",
    "canWorkOn",
    "connect",
    "downloadByExtension",
    "formatBytes",
    "md5OfFile",
    "referencedAppResults",
    "referencedIds",
    "referencedSampleIds",
    "scopeList",
  ]);
  const packages = new Set(loaded.map((path) => /node_modules\/([^/]+)/.exec(path)?.[1]));
  expect(packages).toContain("undici");
  expect(packages).not.toContain("fuse-native");
  expect(packages).not.toContain("fastify");
});
