import { defineConfig, type ViteUserConfig } from "vitest/config";
import base from "../../vitest.config.ts";

const { projects: _all, ...settings } = (base as ViteUserConfig).test ?? {};

/** The tests of one module, as `first-look.ts` names them: the base's projects hold all. */
const config: ReturnType<typeof defineConfig> = defineConfig({
  test: {
    ...settings,
    include: JSON.parse(process.env["BSMOUNT_MUTATE_TESTS"] ?? "[]") as string[],
  },
});

export default config;
