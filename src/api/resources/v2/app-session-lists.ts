import type { ApplicationId, ProjectId, RunId, UserId } from "../../../core/ids.ts";
import { flag, listRules, type ParamsOf, text, texts } from "../../paging/list-parameters.ts";
import { INCLUDED } from "./included.ts";

const SORTS = [
  "Id",
  "Name",
  "AppId",
  "ExecutionStatus",
  "ModifiedOn",
  "DateCreated",
  "AppName",
  "TotalSize",
  "QcStatus",
  "DeliveryStatus",
] as const;

/** The parameters of `GET /v2/appsessions`. */
export const APP_SESSIONS = listRules(SORTS, {
  appId: text<ApplicationId>("appid"),
  /** E.g. `illumina.fastq-generation`. */
  applicationFamilySlugs: texts("applicationfamilyslugs"),
  name: text("name"),
  ownedByCurrentUser: flag("ownedbycurrentuser"),
  executionStatus: text("executionstatus"),
  qcStatus: text("qcstatus"),
  deliveryStatus: text("deliverystatus"),
  outputProjects: texts<ProjectId>("output.projects"),
  inputRuns: texts<RunId>("input.runs"),
  inputBioSamples: texts("input.biosamples"),
  userCreatedBy: text<UserId>("usercreatedby"),
  ...INCLUDED,
});

export interface AppSessionsV2Params extends ParamsOf<typeof APP_SESSIONS> {}
