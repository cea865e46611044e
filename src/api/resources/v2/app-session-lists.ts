import type { ApplicationId, ProjectId, RunId, UserId } from "../../../core/ids.ts";
import {
  flagFilter,
  listRules,
  type ParamsOf,
  textFilter,
  textsFilter,
} from "../../paging/list-parameters.ts";
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
  appId: textFilter<ApplicationId>("appid"),
  /** E.g. `illumina.fastq-generation`. */
  applicationFamilySlugs: textsFilter("applicationfamilyslugs"),
  /** Only sessions of this name. */
  name: textFilter("name"),
  /** Only sessions of the token's user. */
  ownedByCurrentUser: flagFilter("ownedbycurrentuser"),
  /** Only sessions with this status. */
  executionStatus: textFilter("executionstatus"),
  /** Only sessions with this quality status. */
  qcStatus: textFilter("qcstatus"),
  /** Only sessions with this delivery status. */
  deliveryStatus: textFilter("deliverystatus"),
  /** Only sessions with output in one of these projects. */
  outputProjects: textsFilter<ProjectId>("output.projects"),
  /** Only sessions that read one of these runs. */
  inputRuns: textsFilter<RunId>("input.runs"),
  /** Only sessions that read one of these biosamples. */
  inputBioSamples: textsFilter("input.biosamples"),
  /** Only sessions that this user started. */
  userCreatedBy: textFilter<UserId>("usercreatedby"),
  ...INCLUDED,
});

/** Parameters of a list of app sessions in v2. */
export interface AppSessionsV2Params extends ParamsOf<typeof APP_SESSIONS> {}
