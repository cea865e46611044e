/*
 * Begin here: `models/` has the entities that the service returns, one file for each, and this list of their types.
 * `model.ts` explains how a model is made: one table of fields, from which its type and its decoder are derived.
 * `wire.ts` has the JSON values in such a table, `envelope.ts` what is around an entity or a list. `resources/` calls
 * the decoders, inside `decode-response.ts`, which adds the request to their errors.
 */

export type { Application } from "./application.ts";
export type { AppResult } from "./app-result.ts";
export type { AppSession } from "./app-session.ts";
export type { BioSample } from "./biosample.ts";
export type { Coverage, CoverageMeta } from "./coverage.ts";
export type { Dataset } from "./dataset.ts";
export type { FileEntry, UploadStatus } from "./file.ts";
export type { Genome } from "./genome.ts";
export type { Library, LibraryIndex } from "./library.ts";
export type { Project } from "./project.ts";
export type { Raw } from "./raw.ts";
export type { Reference } from "./reference.ts";
export type { Run } from "./run.ts";
export type { Sample } from "./sample.ts";
export type { SequencingStats } from "./sequencing-stats.ts";
export type { TrashItem } from "./trash-item.ts";
export type { User } from "./user.ts";
export type { Variant, VariantHeader } from "./variant.ts";
