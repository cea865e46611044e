import type { GenomeId } from "../../core/ids.ts";
import { decodeGenome, type Genome } from "../models/genome.ts";
import { listRules, type ParamsOf } from "../paging/list-parameters.ts";
import type { List } from "../paging/list.ts";
import { segment } from "../transport/address.ts";
import type { CallOptions } from "../transport/rest.ts";
import type { VersionClient } from "./version-client.ts";

const GENOMES = listRules(["Id", "SpeciesName", "Build"], {});

/** Parameters of the list of genomes. */
export interface GenomesParams extends ParamsOf<typeof GENOMES> {}

/** Reference genomes. */
export class Genomes {
  readonly #client: VersionClient;

  constructor(client: VersionClient) {
    this.#client = client;
  }

  /** The genomes that apps can refer to: `GET /v1pre3/genomes`. */
  list(params: GenomesParams = {}): List<Genome> {
    return this.#client.list({ path: "genomes", rules: GENOMES, params, decode: decodeGenome });
  }

  /**
   * `GET /v1pre3/genomes/{id}`
   * @throws ApiError `access-denied`, also for an Id that is not there
   */
  async get(id: GenomeId, options?: CallOptions): Promise<Genome> {
    return await this.#client.one(`genomes/${segment(id)}`, decodeGenome, options);
  }
}
