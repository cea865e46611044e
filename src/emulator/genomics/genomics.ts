/*
 * Begin here. `genomics/` computes coverage from BAM files and finds records in VCF files, by the bytes that the
 * content store has. `indexed-files.ts` says which files have either. `bam-depth.ts` and `coverage.ts` count,
 * `vcf-header.ts`, `vcf-records.ts` and `vcf-json.ts` read records. Files are uploads and may be anything, so
 * `work-budget.ts` bounds what a request reads, and `bgzf.ts` and `index-tables.ts` check what the libraries trust.
 * `controllers/coverage.ts` and `controllers/variants.ts` call it.
 */

import { describeError } from "../../core/errors.ts";
import { Semaphore } from "../../core/semaphore.ts";
import type { ContentStore } from "../content/content-store.ts";
import {
  conflictProblem,
  notIndexedProblem,
  Problem,
  unknownChromosomeProblem,
} from "../http/problem.ts";
import type { BaseSpaceFile } from "../state/entities.ts";
import type { State } from "../state/state.ts";
import { BamDepth, type Chromosome } from "./bam-depth.ts";
import { type Indexed, IndexedFiles } from "./indexed-files.ts";
import type { BoundedObject } from "./object-handle.ts";
import { readVcfHeader } from "./vcf-header.ts";
import type { IndexedVcf } from "./vcf-records.ts";
import { WORK_LIMITS, WorkBudget, type WorkLimits } from "./work-budget.ts";

/** Requests that compute at a time; the others wait. */
const AT_A_TIME = 2;

/** Coverage and variants of the emulator's files. */
export class Genomics {
  readonly files: IndexedFiles;
  readonly #content: ContentStore;
  readonly #limits: WorkLimits;
  readonly #working = new Semaphore(AT_A_TIME);

  constructor(state: State, content: ContentStore, limits: WorkLimits = WORK_LIMITS) {
    this.#content = content;
    this.#limits = limits;
    this.files = new IndexedFiles(state, content);
  }

  /**
   * Runs `work` with the depths of a BAM file.
   * @throws Problem 404 for a file without coverage or a chromosome that it does not have, 400 for too much work, 409
   * for a damaged file
   */
  async withDepth<Result>(
    { file, chrom, signal }: { file: BaseSpaceFile; chrom: string; signal: AbortSignal },
    work: (depth: BamDepth, chromosome: Chromosome) => Promise<Result>,
  ): Promise<Result> {
    const indexed = await this.files.coverage(file);
    if (indexed?.index === undefined) throw notIndexedProblem(file.id, "coverage");
    const { object, index } = indexed;
    return await this.#run(file, signal, async (budget) => {
      const depth = await BamDepth.open(
        this.#bounded(object, budget),
        this.#bounded(index, budget),
      );
      const chromosome = depth.chromosome(chrom);
      if (chromosome === undefined) throw unknownChromosomeProblem(file.id, chrom);
      return await work(depth, chromosome);
    });
  }

  /** Runs `work` with a VCF file. @throws Problem as {@link withDepth} */
  async withVcf<Result>(
    { file, signal }: { file: BaseSpaceFile; signal: AbortSignal },
    work: (vcf: IndexedVcf) => Promise<Result>,
  ): Promise<Result> {
    const indexed = await this.files.variants(file);
    if (indexed === undefined) throw notIndexedProblem(file.id, "variants");
    return await this.#run(file, signal, async (budget) => {
      const vcf = this.#bounded(indexed.object, budget);
      const header = await readVcfHeader(vcf);
      const index = indexed.index && this.#bounded(indexed.index, budget);
      return await work({ file: vcf, index, header });
    });
  }

  #bounded(object: Indexed["object"], budget: WorkBudget): BoundedObject {
    return { content: this.#content, object, budget };
  }

  /** What is wrong with a file appears as the errors of the libraries, which have many forms. */
  async #run<Result>(
    file: BaseSpaceFile,
    signal: AbortSignal,
    work: (budget: WorkBudget) => Promise<Result>,
  ): Promise<Result> {
    return await this.#working.run(signal, async () => {
      try {
        return await work(new WorkBudget(this.#limits, signal));
      } catch (error) {
        if (error instanceof Problem || signal.aborted) throw error;
        throw conflictProblem(`File ${file.id} cannot be read: ${describeError(error)}`);
      }
    });
  }
}
