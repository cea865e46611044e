import type { FileId } from "../../core/ids.ts";
import {
  decodeVariant,
  decodeVariantHeader,
  type Variant,
  type VariantHeader,
} from "../models/variant.ts";
import { listRules, type ParamsOf } from "../paging/list-parameters.ts";
import type { List } from "../paging/list.ts";
import { segment } from "../transport/address.ts";
import type { CallOptions } from "../transport/rest.ts";
import { type Region, regionQuery } from "./region.ts";
import type { ListSource, VersionClient } from "./version-client.ts";

const VARIANTS = listRules(["Position"], {});

/** More records than this are never in one response. */
const MAX_RECORDS = 1000;

/** Parameters of a list of variants: the direction of sorting. */
export interface VariantsParams extends ParamsOf<typeof VARIANTS> {}

/** The variants in VCF files that have `hrefVariants`. */
export class Variants {
  readonly #client: VersionClient;

  constructor(client: VersionClient) {
    this.#client = client;
  }

  /**
   * The header of a VCF file: `GET /v1pre3/variantset/{id}`.
   * @throws ApiError for a file without variants
   */
  async header(id: FileId, options: CallOptions = {}): Promise<VariantHeader> {
    const response = await this.#client.get(this.#pathOf(id), { Format: "json" }, options);
    return this.#client.decode(response, decodeVariantHeader);
  }

  /**
   * The header as the file has it, with the line of the columns: `GET /v1pre3/variantset/{id}?Format=vcf`.
   * @throws ApiError for a file without variants
   */
  async headerText(id: FileId, options: CallOptions = {}): Promise<string> {
    const { text } = await this.#client.getText(this.#pathOf(id), { Format: "vcf" }, options);
    return text;
  }

  /**
   * The records of a region, by position: `GET /v1pre3/variantset/{id}/variants/{chrom}`, at most 1000 in a page. The
   * service does not say how many there are, so pages are requested one after the other, as they are read.
   * @throws BsmountError `usage` for a region that cannot be, before anything is sent
   */
  records(id: FileId, region: Region, params: VariantsParams = {}): List<Variant> {
    const source = this.#sourceOf(id, region, params, "json");
    return this.#client.fixedList({ ...source, decode: decodeVariant });
  }

  /**
   * As {@link records}, each as its line in the file, without the end of the line; `Format=vcf`. With the header's
   * text in front they are a VCF file.
   * @throws as {@link records}
   */
  lines(id: FileId, region: Region, params: VariantsParams = {}): List<string> {
    return this.#client.lines(this.#sourceOf(id, region, params, "vcf"));
  }

  #pathOf(id: FileId): string {
    return `variantset/${segment(id)}`;
  }

  #sourceOf(
    id: FileId,
    region: Region,
    params: VariantsParams,
    format: "json" | "vcf",
  ): Omit<ListSource<never>, "decode"> {
    const query = { ...regionQuery(region), Format: format };
    const path = `${this.#pathOf(id)}/variants/${segment(region.chrom)}`;
    return { path, rules: VARIANTS, params, query, maxLimit: MAX_RECORDS };
  }
}
