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
  /** Only sessions of this application. */
  appId: text<ApplicationId>("appid"),
  /** E.g. `illumina.fastq-generation`. */
  applicationFamilySlugs: texts("applicationfamilyslugs"),
  /** Only sessions of this name. */
  name: text("name"),
  /** Only sessions of the token's user. */
  ownedByCurrentUser: flag("ownedbycurrentuser"),
  /** Only sessions with this status. */
  executionStatus: text("executionstatus"),
  /** Only sessions with this quality status. */
  qcStatus: text("qcstatus"),
  /** Only sessions with this delivery status. */
  deliveryStatus: text("deliverystatus"),
  /** Only sessions with output in one of these projects. */
  outputProjects: texts<ProjectId>("output.projects"),
  /** Only sessions that read one of these runs. */
  inputRuns: texts<RunId>("input.runs"),
  /** Only sessions that read one of these biosamples. */
  inputBioSamples: texts("input.biosamples"),
  /** Only sessions that this user started. */
  userCreatedBy: text<UserId>("usercreatedby"),
  ...INCLUDED,
});

/** Parameters of a list of app sessions in v2. */
export interface AppSessionsV2Params extends ParamsOf<typeof APP_SESSIONS> {}
