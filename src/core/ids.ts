import type { Flavor } from "./brand.ts";

/*
 * Ids of BaseSpace are always strings: numbers could exceed 2^53, and datasets use text ("ds." and 32 hex digits). A
 * flavor for each kind prevents mixing them up, and plain strings are accepted for all.
 */
export type UserId = Flavor<string, "UserId">;
export type ProjectId = Flavor<string, "ProjectId">;
export type SampleId = Flavor<string, "SampleId">;
export type AppResultId = Flavor<string, "AppResultId">;
export type AppSessionId = Flavor<string, "AppSessionId">;
export type RunId = Flavor<string, "RunId">;
export type FileId = Flavor<string, "FileId">;
export type ApplicationId = Flavor<string, "ApplicationId">;
