import type { AppSessionId, ProjectId, RunId } from "../../../core/ids.ts";
import { segment } from "../../address.ts";
import { decodeDataset } from "../../decode/dataset.ts";
import { decodeFile } from "../../decode/file.ts";
import {
  choices,
  extensions,
  flag,
  listQuery,
  type ListParams,
  type ListRules,
  text,
  texts,
} from "../../list-parameters.ts";
import type { Dataset, FileEntry } from "../../models.ts";
import type { List } from "../../paging.ts";
import type { Property } from "../../property.ts";
import type { ResourceClient } from "../../resource-client.ts";
import type { CallOptions } from "../../rest.ts";
import { propertyList } from "../properties.ts";

type Sort =
  | "DateCreated"
  | "Name"
  | "DateModified"
  | "AppSessionName"
  | "ApplicationName"
  | "ProjectName"
  | "Size"
  | "QcStatus";

/** `sortBy` is `DateCreated` by default, as v2 cannot sort datasets by Id. */
export interface DatasetsParams extends ListParams<Sort> {
  readonly projectId?: ProjectId;
  readonly appSessionIds?: readonly AppSessionId[];
  readonly inputBioSamples?: readonly string[];
  readonly inputRuns?: readonly RunId[];
  /** E.g. `illumina.fastq.v1.8`; with `~` in front whatever conforms to it: `~common.fastq`. */
  readonly datasetTypes?: readonly string[];
  readonly qcStatus?: string;
  readonly uploadStatus?: string;
  readonly isArchived?: boolean;
  /** What is to come with each, e.g. `properties`. */
  readonly include?: readonly string[];
  /** Names of the properties that are to come. */
  readonly propertyFilters?: readonly string[];
}

const DATASETS: ListRules = {
  version: "v2",
  sorts: [
    "DateCreated",
    "Name",
    "DateModified",
    "AppSessionName",
    "ApplicationName",
    "ProjectName",
    "Size",
    "QcStatus",
  ] satisfies readonly Sort[],
  filters: {
    projectId: text("projectid"),
    appSessionIds: texts("appsessionids"),
    inputBioSamples: texts("inputbiosamples"),
    inputRuns: texts("inputruns"),
    datasetTypes: texts("datasettypes"),
    qcStatus: text("qcstatus"),
    uploadStatus: text("uploadstatus"),
    isArchived: flag("isarchived"),
    include: texts("include"),
    propertyFilters: texts("propertyfilters"),
  },
};

export interface DatasetFilesParams extends ListParams<"Id" | "DateCreated" | "Path" | "Name"> {
  /** Only files whose names end so, e.g. `.bam`. */
  readonly extensions?: readonly string[];
  readonly excludeExtensions?: readonly string[];
  /** Only files in this folder; `/` is the outermost. */
  readonly directory?: string;
  readonly includeSubdirectories?: boolean;
  readonly excludeSystemFolder?: boolean;
  readonly excludeEmptyFiles?: boolean;
  readonly pathPrefix?: string;
  /** Default: only complete ones. */
  readonly statuses?: readonly ("complete" | "pending" | "aborted")[];
}

const FILES: ListRules = {
  version: "v2",
  sorts: ["Id", "DateCreated", "Path", "Name"],
  filters: {
    extensions: extensions("extensions"),
    excludeExtensions: extensions("excludeextensions"),
    directory: text("directory"),
    includeSubdirectories: flag("includesubdirectories"),
    excludeSystemFolder: flag("excludesystemfolder"),
    excludeEmptyFiles: flag("excludeemptyfiles"),
    pathPrefix: text("pathprefix"),
    statuses: choices("statuses", ["complete", "pending", "aborted"]),
  },
};

export class Datasets {
  readonly #client: ResourceClient;

  constructor(client: ResourceClient) {
    this.#client = client;
  }

  /** `GET /v2/datasets/{id}` */
  async get(id: string, options?: CallOptions): Promise<Dataset> {
    return await this.#client.oneV2(`datasets/${segment(id)}`, decodeDataset, options);
  }

  /** `GET /v2/datasets`; oldest first by default. */
  list(params: DatasetsParams = {}): List<Dataset> {
    const query = listQuery(DATASETS, params);
    return this.#client.list({ path: "datasets", query, decode: decodeDataset, version: "v2" });
  }

  /** `GET /v2/datasets/{id}/files` */
  files(id: string, params: DatasetFilesParams = {}): List<FileEntry> {
    const path = `datasets/${segment(id)}/files`;
    const query = listQuery(FILES, params);
    return this.#client.list({ path, query, decode: decodeFile, version: "v2" });
  }

  /** `GET /v2/datasets/{id}/properties` */
  properties(id: string): List<Property> {
    return propertyList(this.#client, { resource: "datasets", id });
  }
}
