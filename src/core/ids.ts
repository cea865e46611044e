import type { Flavor } from "./brand.ts";

/*
 * Ids of BaseSpace are always strings: numbers could exceed 2^53, and datasets use text ("ds." and 32 hex digits). A
 * flavor for each kind prevents mixing them up, and plain strings are accepted for all.
 */
/** The Id of a user. */
export type UserId = Flavor<string, "UserId">;
/** The Id of a project. */
export type ProjectId = Flavor<string, "ProjectId">;
/** The Id of a sample. */
export type SampleId = Flavor<string, "SampleId">;
/** The Id of an app result. */
export type AppResultId = Flavor<string, "AppResultId">;
/** The Id of an app session. */
export type AppSessionId = Flavor<string, "AppSessionId">;
/** The Id of a run. */
export type RunId = Flavor<string, "RunId">;
/** The Id of a file. */
export type FileId = Flavor<string, "FileId">;
/** The Id of an application. */
export type ApplicationId = Flavor<string, "ApplicationId">;
/** The Id of a reference genome. */
export type GenomeId = Flavor<string, "GenomeId">;
