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
  projectId: text<ProjectId>("projectid"),
  appSessionIds: texts<AppSessionId>("appsessionids"),
  inputBioSamples: texts("inputbiosamples"),
  inputRuns: texts<RunId>("inputruns"),
  /** E.g. `illumina.fastq.v1.8`; with a leading `~` also the types that conform to it: `~common.fastq`. */
  datasetTypes: texts("datasettypes"),
  qcStatus: text("qcstatus"),
  uploadStatus: text("uploadstatus"),
  isArchived: flag("isarchived"),
  ...INCLUDED,
});

/** `sortBy` is `DateCreated` by default, as v2 cannot sort datasets by Id. */
export interface DatasetsParams extends ParamsOf<typeof DATASETS> {}

/** The parameters of `GET /v2/datasets/{id}/files`. */
export const DATASET_FILES = listRules(["Id", "DateCreated", "Path", "Name"], {
  /** Only files with one of these extensions, such as `.bam`. */
  extensions: extensions("extensions"),
  excludeExtensions: extensions("excludeextensions"),
  /** Only files in this folder; `/` is the outermost one. */
  directory: text("directory"),
  includeSubdirectories: flag("includesubdirectories"),
  excludeSystemFolder: flag("excludesystemfolder"),
  excludeEmptyFiles: flag("excludeemptyfiles"),
  /** Leave out the folders in which BaseSpace keeps indexes of VCF files. */
  excludeVcfIndexFolder: flag("excludevcfindexfolder"),
  /** Leave out the folders in which BaseSpace keeps coverage of BAM files. */
  excludeBamCoverageFolder: flag("excludebamcoveragefolder"),
  pathPrefix: text("pathprefix"),
  /** Default: only complete files. */
  statuses: choices("statuses", ["complete", "pending", "aborted"]),
});

export interface DatasetFilesParams extends ParamsOf<typeof DATASET_FILES> {}
