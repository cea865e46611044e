import type { ApplicationId, ProjectId, RunId, UserId } from "../../../core/ids.ts";
import {
  flag,
  type ListParams,
  type ListRules,
  text,
  texts,
} from "../../paging/list-parameters.ts";
import { INCLUDED, type Included } from "./included.ts";

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

export interface AppSessionsV2Params extends ListParams<(typeof SORTS)[number]>, Included {
  readonly appId?: ApplicationId;
  /** E.g. `illumina.fastq-generation`. */
  readonly applicationFamilySlugs?: readonly string[];
  readonly name?: string;
  readonly ownedByCurrentUser?: boolean;
  readonly executionStatus?: string;
  readonly qcStatus?: string;
  readonly deliveryStatus?: string;
  readonly outputProjects?: readonly ProjectId[];
  readonly inputRuns?: readonly RunId[];
  readonly inputBioSamples?: readonly string[];
  readonly userCreatedBy?: UserId;
}

/** The parameters of `GET /v2/appsessions`. */
export const APP_SESSIONS: ListRules = {
  version: "v2",
  sorts: SORTS,
  filters: {
    appId: text("appid"),
    applicationFamilySlugs: texts("applicationfamilyslugs"),
    name: text("name"),
    ownedByCurrentUser: flag("ownedbycurrentuser"),
    executionStatus: text("executionstatus"),
    qcStatus: text("qcstatus"),
    deliveryStatus: text("deliverystatus"),
    outputProjects: texts("output.projects"),
    inputRuns: texts("input.runs"),
    inputBioSamples: texts("input.biosamples"),
    userCreatedBy: text("usercreatedby"),
    ...INCLUDED,
  },
};
