import type { ProjectId } from "../../../core/ids.ts";
import { segment } from "../../transport/address.ts";
import { decodeBioSample } from "../../models/biosample.ts";
import { listRules, type ParamsOf, textsFilter } from "../../paging/list-parameters.ts";
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

const BIOSAMPLES = listRules(SORTS, {
  /** Only biosamples with one of these names. */
  bioSampleNames: textsFilter("biosamplename"),
  /** Only biosamples of these projects. */
  projectIds: textsFilter<ProjectId>("projectid"),
  /** Only biosamples with one of these statuses. */
  statuses: textsFilter("status"),
  /** Only biosamples with one of these laboratory statuses. */
  labStatuses: textsFilter("labstatus"),
  /** What is sent with each biosample, such as `properties`. */
  include: textsFilter("include"),
  /** With `include`, only properties whose names start with one of these. */
  propertyNamesStartWith: textsFilter("propertynamestartswith"),
});

/** Parameters of a list of biosamples. */
export interface BioSamplesParams extends ParamsOf<typeof BIOSAMPLES> {}

/** The fields to change; the others stay as they are. */
export interface BioSampleChanges {
  /** The name. */
  readonly name?: string;
  /** The status. */
  readonly status?: string;
  /** The status of the laboratory work. */
  readonly labStatus?: string;
}

/** Biosamples of v2. */
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
    const path = "biosamples";
    return this.#client.list({ path, rules: BIOSAMPLES, params, decode: decodeBioSample });
  }

  /** `GET /v2/biosamples/{id}/libraries` */
  libraries(id: string, params: LibrariesParams = {}): List<Library> {
    return libraryList(this.#client, `biosamples/${segment(id)}/libraries`, params);
  }

  /** `POST /v2/biosamples/{id}`. When the response is lost, the biosample is read. */
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
