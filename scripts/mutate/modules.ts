import { readdirSync } from "node:fs";

/** What is mutated together, and which tests are there to notice it: each text is the beginning of paths. */
export interface Module {
  readonly files: readonly string[];
  /** Run for every mutant that they reach; seconds for all of them. */
  readonly tests: readonly string[];
  /**
   * Run for each mutant that those let live: random operations, threads and processes that the first look
   * does not see into, and whole programs.
   */
  readonly slow: readonly string[];
  /** The same by the built command, most of them on a real mount, after a build of its own. */
  readonly mount: readonly string[];
}

export const modules: Readonly<Record<string, Module>> = {
  "core/redact": {
    files: [
      "src/core/redact.ts",
      "src/core/named-secrets.ts",
      "src/core/secret-names.ts",
      "src/core/secret-spans.ts",
    ],
    tests: ["test/core/redact.test.ts", "test/core/logger.test.ts"],
    slow: ["test/core/redact-speed.test.ts", "test/semantics/secrets.test.ts"],
    mount: ["test/mount/secrets.test.ts"],
  },
  "core/shared-buffers": {
    files: ["src/core/shared-buffers.ts"],
    tests: ["test/core/shared-buffers", "test/write/part-memory.test.ts"],
    slow: [
      "test/api/transfers.test.ts",
      "test/api/transfer-memory.test.ts",
      "test/api/upload-streams.test.ts",
    ],
    mount: [],
  },
  blocks: {
    files: ["src/blocks/"],
    tests: ["test/blocks/"],
    slow: [
      "test/read/create-readers.test.ts",
      "test/read/read-ahead.test.ts",
      "test/properties/reading.test.ts",
    ],
    mount: [],
  },
  read: {
    files: ["src/read/"],
    tests: ["test/read/"],
    slow: [
      "test/properties/reading.test.ts",
      "test/properties/read-ahead.test.ts",
      "test/properties/hostile-store.test.ts",
      "test/semantics/reading.test.ts",
      "test/semantics/silent-store.test.ts",
    ],
    mount: ["test/mount/integrity.test.ts", "test/mount/replaced-content.test.ts"],
  },
  write: {
    files: ["src/write/"],
    // All of `test/write` but for what sends parts of 8 MiB or waits for a service that stays away.
    tests: ["e", "f", "j", "k", "l", "o", "s", "t"].map((first) => `test/write/${first}`),
    slow: [
      "test/write/content.test.ts",
      "test/write/dead-service.test.ts",
      "test/write/part-memory.test.ts",
      "test/fs/copy-on-write.test.ts",
      "test/fs/writing",
      "test/properties/staged-list.test.ts",
      "test/model/writing.test.ts",
    ],
    mount: [
      "test/mount/writing.test.ts",
      "test/command/two-copies.test.ts",
      "test/mount/unfinished-uploads.test.ts",
      "test/mount/upload-commands.test.ts",
    ],
  },
  "api/transfers": {
    files: ["src/api/transfers/"],
    tests: [
      "test/api/transfer",
      "test/api/parts-journal.test.ts",
      "test/api/same-target.test.ts",
      "test/api/compare.test.ts",
      "test/api/transport/slow-line.test.ts",
      "test/api/mixed-downloads.test.ts",
      "test/api/changed-sources.test.ts",
      "test/api/upload-streams.test.ts",
    ],
    slow: ["test/api/upload-journals.test.ts", "test/parity/parity.test.ts"],
    mount: ["test/command/copying.test.ts", "test/command/careful-copies.test.ts"],
  },
  upload: {
    files: ["src/upload/"],
    tests: [
      "test/upload/",
      "test/api/transfer-parts.test.ts",
      "test/write/draft.test.ts",
      "test/write/overwritten-parts.test.ts",
    ],
    slow: ["test/api/upload-streams.test.ts", "test/api/dataset-upload.test.ts"],
    mount: ["test/mount/writing.test.ts"],
  },
  "api/uploads": {
    files: ["src/api/uploads/", "src/api/digests/", "src/api/content/store-puts.ts"],
    tests: [
      "test/api/upload-answers.test.ts",
      "test/api/uploads.test.ts",
      "test/api/digests/",
      "test/api/content/store-puts.test.ts",
    ],
    slow: [
      "test/api/transport/idempotent-calls.test.ts",
      "test/api/upload-streams.test.ts",
      "test/api/transfers.test.ts",
      "test/api/dataset-upload.test.ts",
      "test/write/content.test.ts",
    ],
    mount: ["test/mount/writing.test.ts", "test/command/two-copies.test.ts"],
  },
};

/** The sources or tests in `folder` whose paths begin as one of `beginnings` does. */
export function pathsBelow(folder: "src" | "test", beginnings: readonly string[]): string[] {
  const ending = folder === "src" ? ".ts" : ".test.ts";
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return paths
    .map((path) => `${folder}/${path}`)
    .filter((path) => path.endsWith(ending) && beginnings.some((start) => path.startsWith(start)));
}
