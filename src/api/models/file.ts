import { z } from "zod";
import type { FileId } from "../../core/ids.ts";
import { decodeAppResult } from "./app-result.ts";
import {
  creationDate,
  decoder,
  entityFields,
  type ModelOf,
  nested,
  optional,
  required,
  withDefault,
} from "./model.ts";
import type { Decode } from "./parse.ts";
import { decodeProperties } from "./property.ts";
import { decodeRun } from "./run.ts";
import { decodeSample } from "./sample.ts";
import { count, date, flag, text } from "./wire.ts";

const uploadStatus = z.enum(["undefined", "pending", "aborted", "complete"]);

/** Whether the service has all bytes of a file. */
export type UploadStatus = z.output<typeof uploadStatus>;

const fields = {
  ...entityFields<FileId>(),
  /** Folders and name inside its sample, result or run, without a leading slash. */
  path: withDefault("Path", text, ({ Name }) => Name as string),
  /** The path of its content. */
  hrefContent: optional("HrefContent", text),
  /** Only of a file that was uploaded in parts. */
  hrefParts: optional("HrefParts", text),
  /** Only of a BAM file whose coverage BaseSpace can show. */
  hrefCoverage: optional("HrefCoverage", text),
  /** Only of a VCF file whose variants BaseSpace can search. */
  hrefVariants: optional("HrefVariants", text),
  /** The media type, as its uploader set it. */
  contentType: optional("ContentType", text),
  /** The size of the content, in bytes. */
  sizeBytes: required<number>("Size", count),
  /** In cold storage: the content cannot be read until the file is restored. */
  isArchived: withDefault("IsArchived", flag, () => false),
  /** When its upload began. */
  dateCreated: creationDate,
  /** When it was changed last. */
  dateModified: optional("DateModified", date),
  /** Without quotes: an MD5 in hex, or `<hex>-<parts>` for a file that was uploaded in parts. */
  etag: optional("ETag", text),
  /** Only in a file that was requested by its Id. */
  uploadStatus: optional("UploadStatus", uploadStatus),
  /** The sample that it belongs to; only in a file of a sample that was requested by its Id. */
  parentSample: nested("ParentSample", decodeSample),
  /** The result that it belongs to; only in a file of a result that was requested by its Id. */
  parentAppResult: nested("ParentAppResult", decodeAppResult),
  /** The run that it belongs to; only in a file of a run that was requested by its Id. */
  parentRun: nested("ParentRun", decodeRun),
  /** The first properties, only in a file that was requested by its Id. All of them: `files.properties()`. */
  properties: nested("Properties", decodeProperties),
};

/** A file of a sample, an app result, a run or a dataset. */
export interface FileEntry extends ModelOf<typeof fields> {}

export const decodeFile: Decode<FileEntry> = decoder(fields);
