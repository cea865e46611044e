import type { FileId } from "../../core/ids.ts";
import {
  type Coverage,
  type CoverageMeta,
  decodeCoverage,
  decodeCoverageMeta,
} from "../models/coverage.ts";
import { checkText } from "../paging/list-parameters.ts";
import { segment } from "../transport/address.ts";
import type { CallOptions } from "../transport/rest.ts";
import { type Region, regionQuery } from "./region.ts";
import type { VersionClient } from "./version-client.ts";

/** The coverage of BAM files that have `hrefCoverage`. */
export class Coverages {
  readonly #client: VersionClient;

  constructor(client: VersionClient) {
    this.#client = client;
  }

  /**
   * The mean depth of equal buckets of a region: `GET /v1pre3/coverage/{id}/{chrom}`.
   * @throws BsmountError `usage` for a region that cannot be, before anything is sent; ApiError for a file without
   * coverage and for a chromosome that it does not have
   */
  async interval(id: FileId, region: Region, options: CallOptions = {}): Promise<Coverage> {
    const query = regionQuery(region);
    const path = `coverage/${segment(id)}/${segment(region.chrom)}`;
    const response = await this.#client.get(path, query, options);
    return this.#client.decode(response, decodeCoverage);
  }

  /**
   * The greatest depth of a chromosome: `GET /v1pre3/coverage/{id}/{chrom}/meta`.
   * @throws as {@link interval}
   */
  async meta(id: FileId, chrom: string, options?: CallOptions): Promise<CoverageMeta> {
    checkText("chrom", chrom);
    const path = `coverage/${segment(id)}/${segment(chrom)}/meta`;
    return await this.#client.one(path, decodeCoverageMeta, options);
  }
}
