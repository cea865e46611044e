import type { ProjectId } from "../../../core/ids.ts";
import { segment } from "../../address.ts";
import { decodeBioSample } from "../../decode/biosample.ts";
import { listQuery, type ListParams, type ListRules, texts } from "../../list-parameters.ts";
import type { BioSample } from "../../models.ts";
import type { List } from "../../paging.ts";
import type { Property } from "../../property.ts";
import type { ResourceClient } from "../../resource-client.ts";
import type { CallOptions } from "../../rest.ts";
import { propertyList } from "../properties.ts";

type Sort =
  | "Id"
  | "BioSampleName"
  | "Nickname"
  | "DateModified"
  | "UserOwnedBy"
  | "Project"
  | "Subject"
  | "LabStatus"
  | "Status";

export interface BioSamplesParams extends ListParams<Sort> {
  readonly bioSampleNames?: readonly string[];
  readonly projectIds?: readonly ProjectId[];
  readonly statuses?: readonly string[];
  readonly labStatuses?: readonly string[];
  /** What is to come with each, e.g. `properties`. */
  readonly include?: readonly string[];
  readonly propertyNamesStartWith?: readonly string[];
}

const SORTS: readonly Sort[] = [
  "Id",
  "BioSampleName",
  "Nickname",
  "DateModified",
  "UserOwnedBy",
  "Project",
  "Subject",
  "LabStatus",
  "Status",
];

const BIOSAMPLES: ListRules = {
  version: "v2",
  sorts: SORTS,
  filters: {
    bioSampleNames: texts("biosamplename"),
    projectIds: texts("projectid"),
    statuses: texts("status"),
    labStatuses: texts("labstatus"),
    include: texts("include"),
    propertyNamesStartWith: texts("propertynamestartswith"),
  },
};

export class BioSamples {
  readonly #client: ResourceClient;

  constructor(client: ResourceClient) {
    this.#client = client;
  }

  /** `GET /v2/biosamples/{id}` */
  async get(id: string, options?: CallOptions): Promise<BioSample> {
    return await this.#client.oneV2(`biosamples/${segment(id)}`, decodeBioSample, options);
  }

  /** `GET /v2/biosamples` */
  list(params: BioSamplesParams = {}): List<BioSample> {
    const query = listQuery(BIOSAMPLES, params);
    return this.#client.list({ path: "biosamples", query, decode: decodeBioSample, version: "v2" });
  }

  /** `GET /v2/biosamples/{id}/properties` */
  properties(id: string): List<Property> {
    return propertyList(this.#client, { resource: "biosamples", id });
  }
}
