import type { AppSessionId, ProjectId, RunId } from "../../../core/ids.ts";
import {
  choices,
  extensions,
  flag,
  type ListParams,
  type ListRules,
  text,
  texts,
} from "../../paging/list-parameters.ts";
import { INCLUDED, type Included } from "./included.ts";

const SORTS = [
  "DateCreated",
  "Name",
  "DateModified",
  "AppSessionName",
  "ApplicationName",
  "ProjectName",
  "Size",
  "QcStatus",
] as const;

/** `sortBy` is `DateCreated` by default, as v2 cannot sort datasets by Id. */
export interface DatasetsParams extends ListParams<(typeof SORTS)[number]>, Included {
  readonly projectId?: ProjectId;
  readonly appSessionIds?: readonly AppSessionId[];
  readonly inputBioSamples?: readonly string[];
  readonly inputRuns?: readonly RunId[];
  /** E.g. `illumina.fastq.v1.8`; with `~` in front whatever conforms to it: `~common.fastq`. */
  readonly datasetTypes?: readonly string[];
  readonly qcStatus?: string;
  readonly uploadStatus?: string;
  readonly isArchived?: boolean;
}

/** The parameters of `GET /v2/datasets`. */
export const DATASETS: ListRules = {
  version: "v2",
  sorts: SORTS,
  filters: {
    projectId: text("projectid"),
    appSessionIds: texts("appsessionids"),
    inputBioSamples: texts("inputbiosamples"),
    inputRuns: texts("inputruns"),
    datasetTypes: texts("datasettypes"),
    qcStatus: text("qcstatus"),
    uploadStatus: text("uploadstatus"),
    isArchived: flag("isarchived"),
    ...INCLUDED,
  },
};

const FILE_SORTS = ["Id", "DateCreated", "Path", "Name"] as const;
const FILE_STATUSES = ["complete", "pending", "aborted"] as const;

export interface DatasetFilesParams extends ListParams<(typeof FILE_SORTS)[number]> {
  /** Only files whose names end so, e.g. `.bam`. */
  readonly extensions?: readonly string[];
  readonly excludeExtensions?: readonly string[];
  /** Only files in this folder; `/` is the outermost. */
  readonly directory?: string;
  readonly includeSubdirectories?: boolean;
  readonly excludeSystemFolder?: boolean;
  readonly excludeEmptyFiles?: boolean;
  /** Leave out the folders that BaseSpace keeps indexes of VCFs in. */
  readonly excludeVcfIndexFolder?: boolean;
  /** Leave out those that it keeps coverage of BAMs in. */
  readonly excludeBamCoverageFolder?: boolean;
  readonly pathPrefix?: string;
  /** Default: only complete ones. */
  readonly statuses?: readonly (typeof FILE_STATUSES)[number][];
}

/** The parameters of `GET /v2/datasets/{id}/files`. */
export const DATASET_FILES: ListRules = {
  version: "v2",
  sorts: FILE_SORTS,
  filters: {
    extensions: extensions("extensions"),
    excludeExtensions: extensions("excludeextensions"),
    directory: text("directory"),
    includeSubdirectories: flag("includesubdirectories"),
    excludeSystemFolder: flag("excludesystemfolder"),
    excludeEmptyFiles: flag("excludeemptyfiles"),
    excludeVcfIndexFolder: flag("excludevcfindexfolder"),
    excludeBamCoverageFolder: flag("excludebamcoveragefolder"),
    pathPrefix: text("pathprefix"),
    statuses: choices("statuses", FILE_STATUSES),
  },
};
