import type { Flavor } from "./brand.ts";

/*
 * BaseSpace Ids are JSON strings everywhere, never numbers: they exceed 2^53 in principle and datasets
 * use text ("ds." and 32 hex digits). A flavor for each noun keeps a sample's Id out of a
 * project's place; a plain text will do for any.
 */
export type UserId = Flavor<string, "UserId">;
export type ProjectId = Flavor<string, "ProjectId">;
export type SampleId = Flavor<string, "SampleId">;
export type AppResultId = Flavor<string, "AppResultId">;
export type AppSessionId = Flavor<string, "AppSessionId">;
export type RunId = Flavor<string, "RunId">;
export type FileId = Flavor<string, "FileId">;
export type ApplicationId = Flavor<string, "ApplicationId">;
