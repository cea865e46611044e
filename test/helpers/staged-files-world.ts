import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import type { StagedFile } from "../../src/write/staged-file.ts";
import type { StagedFiles } from "../../src/write/staged-files.ts";
import { type FilesOptions, UploadWorld } from "./upload-world.ts";

/** The staged files of a new app result for each test of a file. */
export interface StagedFilesWorld {
  readonly world: UploadWorld;
  readonly files: StagedFiles;
  /** Replaces the staged files by those of another mount. */
  readonly use: (options: FilesOptions) => Promise<void>;
  /** A file with content, which nobody has open. */
  readonly written: (path: string, text?: string) => Promise<StagedFile>;
}

export function useStagedFiles(): StagedFilesWorld {
  let world: UploadWorld;
  let files: StagedFiles;
  beforeAll(async () => {
    world = await UploadWorld.start();
  });
  afterAll(async () => await world?.[Symbol.asyncDispose]());
  beforeEach(async () => {
    await world.newResult();
    files = world.files();
  });
  afterEach(async () => await files[Symbol.asyncDispose]());
  return {
    get world() {
      return world;
    },
    get files() {
      return files;
    },
    use: async (options) => {
      await files[Symbol.asyncDispose]();
      files = world.files(options);
    },
    written: async (path, text = path) => {
      const file = await files.create(world.resultFile(path));
      await file.content.write(0, Buffer.from(text));
      return file;
    },
  };
}
