/*
 * The public interface of the emulator, `bsmount/emulator`. The code begins in emulator/start-emulator.ts, and
 * emulator/README.md describes it.
 */

export type { Clock } from "./core/clock.ts";
export { type AppCredentials, OWN_CREDENTIALS } from "./emulator/access/applications.ts";
export { importFolder } from "./emulator/catalog/import-folder.ts";
export type {
  Catalog,
  CatalogApplication,
  CatalogAppResult,
  CatalogAppSession,
  CatalogBioSample,
  CatalogContent,
  CatalogDataset,
  CatalogFile,
  CatalogIndex,
  CatalogLibrary,
  CatalogProject,
  CatalogProperty,
  CatalogReference,
  CatalogRun,
  CatalogSample,
  CatalogSampleLibrary,
  CatalogToken,
  CatalogUser,
} from "./emulator/catalog/schema.ts";
export { DEMO_CATALOG } from "./emulator/demo-catalog.ts";
export type { Emulator, EmulatorOptions } from "./emulator/options.ts";
export { readyLine, type ReadyLine } from "./emulator/ready-line.ts";
export type { LoggedRequest } from "./emulator/server/request-log.ts";
export type { PropertyMapEntry } from "./emulator/state/entity.ts";
export type { SessionStatus, UploadStatus } from "./emulator/state/entities.ts";
export { startEmulator } from "./emulator/start-emulator.ts";
