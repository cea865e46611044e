import type { ProjectId } from "../../../core/ids.ts";
import { segment } from "../../transport/address.ts";
import { decodeBioSample } from "../../models/biosample.ts";
import { listQuery, type ListParams, type ListRules, texts } from "../../paging/list-parameters.ts";
import type { BioSample, Library } from "../../models/models.ts";
import type { List } from "../../paging/list.ts";
import type { Property } from "../../models/property.ts";
import type { VersionClient } from "../version-client.ts";
import type { CallOptions } from "../../transport/rest.ts";
import { propertyList } from "../properties.ts";
import { changeV2 } from "./change.ts";
import { type LibrariesParams, libraryList } from "./libraries.ts";

const SORTS = [
  "Id",
  "BioSampleName",
  "Nickname",
  "DateModified",
  "UserOwnedBy",
  "Project",
  "Subject",
  "LabStatus",
  "Status",
] as const;

export interface BioSamplesParams extends ListParams<(typeof SORTS)[number]> {
  readonly bioSampleNames?: readonly string[];
  readonly projectIds?: readonly ProjectId[];
  readonly statuses?: readonly string[];
  readonly labStatuses?: readonly string[];
  /** What is to come with each, e.g. `properties`. */
  readonly include?: readonly string[];
  readonly propertyNamesStartWith?: readonly string[];
}

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

/** What is to be different; the rest stays. */
export interface BioSampleChanges {
  readonly name?: string;
  readonly status?: string;
  readonly labStatus?: string;
}

export class BioSamples {
  readonly #client: VersionClient;

  constructor(client: VersionClient) {
    this.#client = client;
  }

  /** `GET /v2/biosamples/{id}` */
  async get(id: string, options?: CallOptions): Promise<BioSample> {
    return await this.#client.one(`biosamples/${segment(id)}`, decodeBioSample, options);
  }

  /** `GET /v2/biosamples` */
  list(params: BioSamplesParams = {}): List<BioSample> {
    const query = listQuery(BIOSAMPLES, params);
    return this.#client.list({ path: "biosamples", query, decode: decodeBioSample });
  }

  /** `GET /v2/biosamples/{id}/libraries` */
  libraries(id: string, params: LibrariesParams = {}): List<Library> {
    return libraryList(this.#client, `biosamples/${segment(id)}/libraries`, params);
  }

  /** `POST /v2/biosamples/{id}`. When the answer is lost the biosample is asked how it is. */
  async update(
    id: string,
    { name, status, labStatus }: BioSampleChanges,
    options: CallOptions = {},
  ): Promise<BioSample> {
    const wanted = { BioSampleName: name, Status: status, LabStatus: labStatus };
    const change = { path: `biosamples/${segment(id)}`, wanted };
    return this.#client.decode(await changeV2(this.#client, change, options), decodeBioSample);
  }

  /** `GET /v2/biosamples/{id}/properties` */
  properties(id: string): List<Property> {
    return propertyList(this.#client, "biosamples", id);
  }
}
