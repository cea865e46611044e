import { defineConfig, type ViteUserConfig } from "vitest/config";
import base from "../../vitest.config.ts";

const { projects: _all, ...settings } = (base as ViteUserConfig).test ?? {};

/** The tests of one module, as `first-look.ts` names them: the base's projects hold all. */
const config: ReturnType<typeof defineConfig> = defineConfig({
  test: {
    ...settings,
    // A busy machine must not end a run before its first mutant; Stryker ends what a mutant makes endless.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    include: JSON.parse(process.env["BSMOUNT_MUTATE_TESTS"] ?? "[]") as string[],
  },
});

export default config;
