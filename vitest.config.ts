import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/** By itself vitest leaves a core to nobody, which is half of two. */
const maxWorkers = availableParallelism();

/**
 * Four projects: `core` runs in parallel and needs no kernel; `command` runs in parallel with it and needs the built
 * command, in processes of its own, without a mount; `mount` makes real FUSE mounts, as many files at a time as there are cores, since most
 * of them wait for a kernel or a service; `long` has what takes many minutes, one file at a time, and is run by
 * `npm run test:long` alone.
 */
const config: ReturnType<typeof defineConfig> = defineConfig({
  test: {
    testTimeout: 20_000,
    hookTimeout: 30_000,
    setupFiles: ["test/helpers/no-leaks.ts", "test/helpers/own-state.ts"],
    projects: [
      {
        extends: true,
        test: {
          name: "core",
          include: ["test/**/*.test.ts"],
          exclude: ["test/command/**", "test/mount/**", "test/long/**"],
          maxWorkers,
        },
      },
      {
        extends: true,
        test: {
          name: "command",
          include: ["test/command/**/*.test.ts"],
          maxWorkers,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: "mount",
          include: ["test/mount/**/*.test.ts"],
          maxWorkers,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: "long",
          include: ["test/long/**/*.test.ts"],
          fileParallelism: false,
          testTimeout: 1_800_000,
          hookTimeout: 120_000,
        },
      },
    ],
    coverage: { include: ["src/**/*.ts"], exclude: ["src/**/*.d.ts"] },
  },
});

export default config;
