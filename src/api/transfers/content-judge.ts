import { BsmountError } from "../../core/errors.ts";
import type { FileEntry } from "../models/models.ts";
import type { EtagDigests } from "../digests/etag-digests.ts";

/**
 * How the content of a file was compared: `md5` by the MD5 that BaseSpace has of it, `md5s` by those of the
 * parts that it was uploaded in, `parts` not at all, for BaseSpace has none, or of parts whose sizes nobody
 * knows; then the length, range and version of each answer were checked.
 */
export type Verified = "md5" | "md5s" | "parts";

/** What a file turned out to be that was read from its beginning to its end. */
export interface ContentRead {
  readonly expected: EtagDigests;
  /** In the order of `expected.wanted`. */
  readonly md5s: readonly string[];
}

/** A file is read so often at most for the right content. */
export const MOST_READINGS = 3;

/** Compares readings of one file with what its ETag says. */
export class ContentJudge {
  readonly #file: Pick<FileEntry, "id" | "name">;
  readonly #seen = new Set<string>();

  constructor(file: Pick<FileEntry, "id" | "name">) {
    this.#file = file;
  }

  /**
   * Undefined when the file has to be read again, as it may have been damaged on its way.
   * @param read undefined where the ETag says nothing of the content
   * @throws BsmountError `changed` when it has been read often enough
   */
  judge(read: ContentRead | undefined): Verified | undefined {
    if (read === undefined) return "parts";
    const { expected, md5s } = read;
    if (md5s.includes(expected.md5)) return expected.how;
    const content = md5s.join(" ");
    const isSameAgain = this.#seen.has(content);
    this.#seen.add(content);
    // Nothing was damaged, then, but the file was cut into other parts than those that were tried.
    if (isSameAgain && !expected.isCertain) return "parts";
    if (isSameAgain || this.#seen.size >= MOST_READINGS) throw this.wrong(read);
    return undefined;
  }

  wrong({ expected, md5s }: ContentRead): BsmountError {
    const { id, name } = this.#file;
    const came = expected.isCertain ? md5s.join(", ") : "another one";
    const whose = expected.how === "md5" ? "the MD5" : "the MD5 of the parts' MD5s";
    return new BsmountError(
      "changed",
      `file ${id} (${name}) arrived with other content than BaseSpace has: ${whose} is ${came}, not ${expected.md5}`,
      { remedy: "try again; if the MD5 is the same each time, the file in BaseSpace is damaged" },
    );
  }
}
