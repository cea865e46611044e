/*
 * The public interface of the emulator, `bsmount/emulator`. The code begins in emulator/start-emulator.ts, and
 * emulator/README.md describes it.
 */

export { type AppCredentials, OWN_CREDENTIALS } from "./emulator/access/applications.ts";
export { importFolder } from "./emulator/catalog/import-folder.ts";
export type { Catalog } from "./emulator/catalog/schema.ts";
export { DEMO_CATALOG } from "./emulator/demo-catalog.ts";
export type { Emulator, EmulatorOptions } from "./emulator/options.ts";
export { readyLine, type ReadyLine } from "./emulator/ready-line.ts";
export { startEmulator } from "./emulator/start-emulator.ts";
