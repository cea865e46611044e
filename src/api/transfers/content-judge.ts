import { BsmountError } from "../../core/errors.ts";
import type { FileEntry } from "../models/models.ts";
import type { EtagDigests } from "../digests/etag-digests.ts";

/**
 * How the content of a file was compared: `md5` by its MD5 in BaseSpace, `md5s` by those of its parts. With `parts`,
 * BaseSpace has no MD5, or one of parts of unknown sizes; then the length, range and version of each response were
 * checked.
 */
export type Verified = "md5" | "md5s" | "parts";

/** The digests of a file that was read from its beginning to its end. */
export interface ContentRead {
  readonly expected: EtagDigests;
  /** In the order of `expected.wanted`. */
  readonly md5s: readonly string[];
}

/** How often a file is read at most for the right content. */
export const MOST_READINGS = 3;

/** Compares readings of one file with its ETag. */
export class ContentJudge {
  readonly #file: Pick<FileEntry, "id" | "name">;
  readonly #seen = new Set<string>();

  constructor(file: Pick<FileEntry, "id" | "name">) {
    this.#file = file;
  }

  /**
   * Undefined when the file has to be read again, as it may have been damaged on the way.
   * @param read undefined when the ETag says nothing about the content
   * @throws BsmountError `changed` when it was read often enough
   */
  judge(read: ContentRead | undefined): Verified | undefined {
    if (read === undefined) return "parts";
    const { expected, md5s } = read;
    if (md5s.includes(expected.md5)) return expected.how;
    const content = md5s.join(" ");
    const isSameAgain = this.#seen.has(content);
    this.#seen.add(content);
    // The same content twice was not damaged: the file was cut into other parts than those that were tried.
    if (isSameAgain && !expected.isCertain) return "parts";
    if (isSameAgain || this.#seen.size >= MOST_READINGS) throw this.contentError(read);
    return undefined;
  }

  contentError({ expected, md5s }: ContentRead): BsmountError {
    const { id, name } = this.#file;
    const came = expected.isCertain ? md5s.join(", ") : "another one";
    const etagKind = expected.how === "md5" ? "the MD5" : "the MD5 of the parts' MD5s";
    return new BsmountError(
      "changed",
      `file ${id} (${name}) arrived with other content than BaseSpace has: ${etagKind} is ${came}, not ${expected.md5}`,
      { remedy: "try again; if the MD5 is the same each time, the file in BaseSpace is damaged" },
    );
  }
}
