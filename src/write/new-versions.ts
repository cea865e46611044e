import {
  CopyOnWriter,
  NewVersion,
  type NewVersionParts,
  type OldVersion,
} from "./copy-on-write.ts";
import type { FileReader, FileWriter } from "./file-writer.ts";

/** Files of BaseSpace that are open for writing. */
export class NewVersions {
  readonly #parts: NewVersionParts;
  readonly #newVersions = new Map<string, NewVersion>();

  constructor(parts: NewVersionParts) {
    this.#parts = parts;
  }

  /**
   * Opens `old` for writing. All writers that opened it by the same name write the same new version. One that opens
   * the old content by the name that it got from a new version does not write to that; so `key` is made of the Id of
   * the file and the name that it was opened by.
   *
   * @param before its content; absent when the file is emptied first
   */
  open(key: string, old: OldVersion, before: FileReader | undefined): FileWriter {
    return new CopyOnWriter(this.#newVersion(key, old), before);
  }

  #newVersion(key: string, old: OldVersion): NewVersion {
    const known = this.#newVersions.get(key);
    if (known?.isAt(old.path) === true) return known;
    const newVersion = new NewVersion({
      old,
      parts: this.#parts,
      onUnused: () => {
        if (this.#newVersions.get(key) === newVersion) this.#newVersions.delete(key);
      },
    });
    this.#newVersions.set(key, newVersion);
    return newVersion;
  }
}
