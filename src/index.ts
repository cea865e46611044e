export type { AccessToken } from "./api/auth.ts";
export { BaseSpace, type BaseSpaceOptions } from "./api/client.ts";
export type { Content, RangeRequest, StoreVersion } from "./api/content/content.ts";
export type { TokenDetails } from "./api/decode/access-token.ts";
export { ApiError, DecodeError } from "./api/errors.ts";
export type {
  AppResult,
  AppSession,
  BioSample,
  Dataset,
  FileEntry,
  Project,
  Property,
  Raw,
  Run,
  Sample,
  UploadStatus,
  User,
} from "./api/models.ts";
export {
  type AuthorizeParams,
  type DeviceLogin,
  type Grant,
  OAuth,
  type OAuthOptions,
} from "./api/oauth/oauth.ts";
export { OAuthError, type OAuthFailure } from "./api/oauth/oauth-error.ts";
export { RedirectListener, type RedirectListenerOptions } from "./api/oauth/redirect-listener.ts";
export { accessScope, type AccessRight, type Accessible, scopeList } from "./api/oauth/scopes.ts";
export { List, type Page, type PageWindow } from "./api/paging.ts";
export type { ListParams } from "./api/resource-client.ts";
export type { FilesParams } from "./api/resources/files.ts";
export type { AppResultsParams } from "./api/resources/projects.ts";
export type { ProjectsParams, RunsParams } from "./api/resources/users.ts";
export type { CallOptions } from "./api/rest.ts";
export type { RetryLimits } from "./api/retry-delay.ts";
export { BsmountError, type FailureReason } from "./core/errors.ts";
export type {
  AppResultId,
  AppSessionId,
  FileId,
  ProjectId,
  RunId,
  SampleId,
  UserId,
} from "./core/ids.ts";
