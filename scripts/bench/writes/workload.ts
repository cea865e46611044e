import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { BusyOptions, WriteOptions } from "../options.ts";
import { writeRandomFile } from "../rig/random-file.ts";

/** A file of this machine that everybody uploads. */
export interface LocalSource {
  readonly path: string;
  /** Its name in the app result. */
  readonly name: string;
  readonly sizeBytes: number;
  /** In lower-case hex. */
  readonly md5: string;
}

/** A program that copies everything in `folder` to `destination`. */
export type CopyCommand = (folder: string, destination: string) => readonly [string, ...string[]];

/** What is uploaded, how a user would copy it, and how many requests the control has under way. */
export interface Workload {
  readonly name: string;
  readonly title: string;
  readonly count: number;
  readonly fileBytes: number;
  readonly copy: CopyCommand;
  readonly rawStreams: number;
}

/** Each `cp` has so many files: the copying is timed, not the starting of a thousand programs. */
const FILES_PER_CP = 25;

export function workloads(options: WriteOptions): readonly Workload[] {
  const { sizeBytes, fileCount: count, fileBytes } = options;
  const parallel = `ls "$1" | sed "s,^,$1/," | xargs -P 8 -n ${FILES_PER_CP} cp -t "$2"`;
  return [
    {
      name: "large",
      title: "cp of one file, close() waits for the service",
      count: 1,
      fileBytes: sizeBytes,
      copy: (folder, destination) => ["cp", `${folder}/${nameOf(0)}`, destination],
      rawStreams: 8,
    },
    {
      name: "parallel",
      title: "xargs -P 8 cp of small files, close() waits for the service",
      count,
      fileBytes,
      copy: (folder, destination) => ["sh", "-c", parallel, "sh", folder, destination],
      rawStreams: 8,
    },
    {
      name: "recursive",
      title: "one cp -r of small files, close() waits for the service",
      count,
      fileBytes,
      copy: (folder, destination) => ["cp", "-r", `${folder}/.`, destination],
      rawStreams: 1,
    },
  ];
}

/** One program for all files, and one for each of them. */
export function busyWorkloads({ fileCount: count, fileBytes }: BusyOptions): readonly Workload[] {
  const each = `ls "$1" | sed "s,^,$1/," | xargs -P 8 -n 1 cp -t "$2"`;
  return [
    {
      name: "recursive",
      title: "one cp -r on a busy machine",
      count,
      fileBytes,
      copy: (folder, destination) => ["cp", "-r", `${folder}/.`, destination],
      rawStreams: 1,
    },
    {
      name: "each",
      title: "xargs -P 8 with a cp for each file on a busy machine",
      count,
      fileBytes,
      copy: (folder, destination) => ["sh", "-c", each, "sh", folder, destination],
      rawStreams: 8,
    },
  ];
}

/** Makes the files of `workload` in `folder`, no two alike. */
export async function makeSources(
  { count, fileBytes }: Workload,
  folder: string,
  signal: AbortSignal,
): Promise<readonly LocalSource[]> {
  await mkdir(folder);
  const sources: LocalSource[] = [];
  for (let at = 0; at < count; at += 1) {
    const name = nameOf(at);
    const path = join(folder, name);
    await writeRandomFile(path, fileBytes, signal, at);
    sources.push({ path, name, sizeBytes: fileBytes, md5: await md5Of(path) });
  }
  return sources;
}

function nameOf(at: number): string {
  return `file-${at}.bin`;
}

async function md5Of(path: string): Promise<string> {
  const hash = createHash("md5");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}
