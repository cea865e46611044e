import type { AppSessionId, ProjectId, RunId } from "../../../core/ids.ts";
import {
  choices,
  extensions,
  flag,
  listRules,
  type ParamsOf,
  text,
  texts,
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
  projectId: text<ProjectId>("projectid"),
  /** Only datasets of these app sessions. */
  appSessionIds: texts<AppSessionId>("appsessionids"),
  /** Only datasets made from one of these biosamples. */
  inputBioSamples: texts("inputbiosamples"),
  /** Only datasets made from one of these runs. */
  inputRuns: texts<RunId>("inputruns"),
  /** E.g. `illumina.fastq.v1.8`; with a leading `~` also the types that conform to it: `~common.fastq`. */
  datasetTypes: texts("datasettypes"),
  /** Only datasets with this quality status. */
  qcStatus: text("qcstatus"),
  /** Only datasets with this upload status. */
  uploadStatus: text("uploadstatus"),
  /** Only datasets that are, or are not, in cold storage. */
  isArchived: flag("isarchived"),
  ...INCLUDED,
});

/** `sortBy` is `DateCreated` by default, as v2 cannot sort datasets by Id. */
export interface DatasetsParams extends ParamsOf<typeof DATASETS> {}

/** The parameters of `GET /v2/datasets/{id}/files`. */
export const DATASET_FILES = listRules(["Id", "DateCreated", "Path", "Name"], {
  /** Only files with one of these extensions, such as `.bam`. */
  extensions: extensions("extensions"),
  /** No files with one of these extensions. */
  excludeExtensions: extensions("excludeextensions"),
  /** Only files in this folder; `/` is the outermost one. */
  directory: text("directory"),
  /** With `directory`, also files in its subdirectories. */
  includeSubdirectories: flag("includesubdirectories"),
  /** No files in the service's own folders. */
  excludeSystemFolder: flag("excludesystemfolder"),
  /** No empty files. */
  excludeEmptyFiles: flag("excludeemptyfiles"),
  /** Leave out the folders in which BaseSpace keeps indexes of VCF files. */
  excludeVcfIndexFolder: flag("excludevcfindexfolder"),
  /** Leave out the folders in which BaseSpace keeps coverage of BAM files. */
  excludeBamCoverageFolder: flag("excludebamcoveragefolder"),
  /** Only files whose paths start with this. */
  pathPrefix: text("pathprefix"),
  /** Default: only complete files. */
  statuses: choices("statuses", ["complete", "pending", "aborted"]),
});

/** Parameters of the list of a dataset's files. */
export interface DatasetFilesParams extends ParamsOf<typeof DATASET_FILES> {}
