import type { AppSessionId, ProjectId, RunId } from "../../../core/ids.ts";
import {
  choicesFilter,
  extensionsFilter,
  flagFilter,
  listRules,
  type ParamsOf,
  textFilter,
  textsFilter,
} from "../../paging/list-parameters.ts";
import { INCLUDED } from "./included.ts";

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

/** The parameters of `GET /v2/datasets`. */
export const DATASETS = listRules(SORTS, {
  /** Only datasets of this project. */
  projectId: textFilter<ProjectId>("projectid"),
  /** Only datasets of these app sessions. */
  appSessionIds: textsFilter<AppSessionId>("appsessionids"),
  /** Only datasets made from one of these biosamples. */
  inputBioSamples: textsFilter("inputbiosamples"),
  /** Only datasets made from one of these runs. */
  inputRuns: textsFilter<RunId>("inputruns"),
  /** E.g. `illumina.fastq.v1.8`; with a leading `~` also the types that conform to it: `~common.fastq`. */
  datasetTypes: textsFilter("datasettypes"),
  /** Only datasets with this quality status. */
  qcStatus: textFilter("qcstatus"),
  /** Only datasets with this upload status. */
  uploadStatus: textFilter("uploadstatus"),
  /** Only datasets that are, or are not, in cold storage. */
  isArchived: flagFilter("isarchived"),
  ...INCLUDED,
});

/** `sortBy` is `DateCreated` by default, as v2 cannot sort datasets by Id. */
export interface DatasetsParams extends ParamsOf<typeof DATASETS> {}

/** The parameters of `GET /v2/datasets/{id}/files`. */
export const DATASET_FILES = listRules(["Id", "DateCreated", "Path", "Name"], {
  /** Only files with one of these extensions, such as `.bam`. */
  extensions: extensionsFilter("extensions"),
  /** No files with one of these extensions. */
  excludeExtensions: extensionsFilter("excludeextensions"),
  /** Only files in this folder; `/` is the outermost one. */
  directory: textFilter("directory"),
  /** With `directory`, also files in its subdirectories. */
  includeSubdirectories: flagFilter("includesubdirectories"),
  /** No files in the service's own folders. */
  excludeSystemFolder: flagFilter("excludesystemfolder"),
  /** No empty files. */
  excludeEmptyFiles: flagFilter("excludeemptyfiles"),
  /** Leave out the folders in which BaseSpace keeps indexes of VCF files. */
  excludeVcfIndexFolder: flagFilter("excludevcfindexfolder"),
  /** Leave out the folders in which BaseSpace keeps coverage of BAM files. */
  excludeBamCoverageFolder: flagFilter("excludebamcoveragefolder"),
  /** Only files whose paths start with this. */
  pathPrefix: textFilter("pathprefix"),
  /** Default: only complete files. */
  statuses: choicesFilter("statuses", ["complete", "pending", "aborted"]),
});

/** Parameters of the list of a dataset's files. */
export interface DatasetFilesParams extends ParamsOf<typeof DATASET_FILES> {}
