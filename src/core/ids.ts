import type { Brand } from "./brand.ts";

/*
 * BaseSpace Ids are JSON strings everywhere, never numbers: they exceed 2^53 in principle and datasets
 * use text ("ds." and 32 hex digits). A brand for each noun keeps a sample's Id out of a project's place.
 */
export type UserId = Brand<string, "UserId">;
export type ProjectId = Brand<string, "ProjectId">;
export type SampleId = Brand<string, "SampleId">;
export type AppResultId = Brand<string, "AppResultId">;
export type AppSessionId = Brand<string, "AppSessionId">;
export type RunId = Brand<string, "RunId">;
export type FileId = Brand<string, "FileId">;
export type ApplicationId = Brand<string, "ApplicationId">;
