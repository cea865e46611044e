import { redactText } from "../core/redact.ts";
import { jsonWithoutSecrets } from "../core/known-secrets.ts";
import { printable, printableJson } from "../core/terminal-text.ts";
import type { OwnFiles } from "../tree/own-files.ts";
import type { RecentFailure } from "./recent-failures.ts";
import type { ListedUpload } from "./upload-list.ts";

/*
 * The files in `.bsmount` of a mount: what failed, and what BaseSpace lacks, for programs that cannot run commands. The
 * fields of a line are separated by tabs; the names of files cannot contain any, nor escapes of a terminal.
 */

export interface OwnFilesOptions {
  readonly failures: () => readonly RecentFailure[];
  readonly uploads: () => readonly ListedUpload[];
}

/** More files than this are only counted. */
const MOST_UPLOADS = 10_000;

export function ownFiles({ failures, uploads }: OwnFilesOptions): OwnFiles {
  return new Map([
    ["errors", () => linesOf(failures().map(failureLine))],
    ["errors.json", () => toJson(failures())],
    ["uploads", () => uploadLines(uploads())],
    ["uploads.json", () => toJson(uploads().slice(0, MOST_UPLOADS))],
  ]);
}

function failureLine(failure: RecentFailure): string {
  const { time, operation, errno, path, message, remedy, requestId } = failure;
  return fields([time, operation, errno, path, message, remedy ?? "-", requestId ?? "-"]);
}

function uploadLines(uploads: readonly ListedUpload[]): string {
  const more = uploads.length - MOST_UPLOADS;
  const lines = uploads.slice(0, MOST_UPLOADS).map(uploadLine);
  return linesOf(more > 0 ? [...lines, `and ${more} more`] : lines);
}

function uploadLine({ state, sizeBytes, confirmedBytes, path, file, why }: ListedUpload): string {
  return fields([state, String(sizeBytes), String(confirmedBytes), path ?? file, why ?? "-"]);
}

function fields(texts: readonly string[]): string {
  return texts.map((text) => printable(redactText(text))).join("\t");
}

function linesOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}

function toJson(value: unknown): string {
  const json = JSON.stringify(JSON.parse(jsonWithoutSecrets(value)), undefined, 2);
  return `${printableJson(json)}\n`;
}
