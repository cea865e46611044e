import type { AppResultId } from "../core/ids.ts";
import type { TaskGroup } from "../core/task-group.ts";
import type { WriteMode } from "../core/write-mode.ts";
import { PartPlan } from "../upload/part-plan.ts";
import type { EarlierContent } from "./earlier-upload.ts";
import type { Finishing } from "./finishing.ts";
import type { KeptFiles } from "./kept-files.ts";
import { PartMemory } from "./part-memory.ts";
import type { Removing } from "./removing.ts";
import type { NewResultFile, ResultFile } from "./result-file.ts";
import { StagedContent } from "./staged-content.ts";
import { StagedFile } from "./staged-file.ts";
import type { StagedFilesOptions } from "./staged-files-options.ts";
import type { StagedRegistry } from "./staged-registry.ts";
import type { StagedBytes } from "./staging-folder.ts";
import { type StagedName, stagedNameOf } from "./temporary-names.ts";

/** How long a small file that is written may be in memory only. */
const MEMORY_ONLY_MS = 2000;

/** What the files that are made belong to. */
export interface MakerParts {
  readonly registry: StagedRegistry;
  readonly kept: KeptFiles;
  readonly finishing: Finishing;
  readonly removing: Removing;
  readonly tasks: TaskGroup;
  readonly writeModeOf: (appResultId: AppResultId) => WriteMode;
}

interface StagedFileParts {
  readonly at: ResultFile;
  readonly name: StagedName;
  readonly isCopy: boolean;
  /** What an ended process has made of it. */
  readonly earlier?: EarlierContent;
}

/** Makes staged files, with staging files for their bytes; lists none of them. */
export class StagedFileMaker {
  readonly #options: Required<StagedFilesOptions>;
  readonly #parts: MakerParts;
  readonly #memory: PartMemory;
  #made = 0;

  constructor(options: Required<StagedFilesOptions>, parts: MakerParts) {
    this.#options = options;
    this.#parts = parts;
    this.#memory = new PartMemory(options.memoryBytes);
  }

  /**
   * An empty file. `isCopy` says that it is filled first with what a file of BaseSpace has.
   * @throws BsmountError `no-space`, `no-descriptors`, `environment`
   */
  async new(at: NewResultFile, { isCopy }: { readonly isCopy: boolean }): Promise<StagedFile> {
    const { staging } = this.#options;
    const { finishing, kept, registry, writeModeOf } = this.#parts;
    // In the other modes a close accepts what is on the disk.
    const isThrough = writeModeOf(at.appResultId) === "through";
    const isInMemory = staging.keepsInMemory && isThrough && !isCopy;
    const overtakes = registry.ending.inFlight(at);
    const made = { ...at, overtakes };
    const staged = await kept.withRoom(async () => await staging.createFile(made, { isInMemory }));
    const file = this.of({ at, name: stagedNameOf(at.path), isCopy }, staged);
    if (isInMemory) finishing.keepBytesLater(file, MEMORY_ONLY_MS);
    return file;
  }

  /** The file whose bytes and journal are there already. */
  of({ at, name, isCopy, earlier }: StagedFileParts, { bytes, journal }: StagedBytes): StagedFile {
    const { kept, registry, removing, tasks, writeModeOf } = this.#parts;
    const { appResultId, path, resultPath } = at;
    const steps = earlier?.upload?.steps;
    const content = new StagedContent({
      ...this.#options,
      ...(steps === undefined ? {} : { plan: new PartPlan(steps) }),
      staging: bytes,
      destination: { appResultId, path: name.uploadPath ?? path },
      sendsAhead: name.uploadPath !== undefined,
      journal,
      withRoom: async (work) => await kept.withRoom(work),
      memory: this.#memory,
      tasks,
      isCopy,
      earlier,
      onDestination: () => registry.destinationChanged(file),
      onLate: (late) => tasks.start(async () => await removing.removedLate(at, late)),
    });
    this.#made += 1;
    const writeMode = (): WriteMode => writeModeOf(appResultId);
    const number = this.#made;
    const file = new StagedFile({ content, journal, name, resultPath, writeMode, number });
    return file;
  }
}
