/*
 * The public interface of the client, `bsmount`: `connect` or `new BaseSpace`, `OAuth`, and the types of what they
 * take and return. The code of the client begins in api/client.ts; `connect` is in session/connect.ts.
 */

export type { AccessToken } from "./api/transport/auth.ts";
export { BaseSpace, type BaseSpaceOptions, type V2 } from "./api/client.ts";
export type { Content, RangeRequest, StoreVersion } from "./api/content/content.ts";
export type { TokenDetails } from "./api/models/access-token.ts";
export { ApiError, DecodeError } from "./api/transport/errors.ts";
export type { ListedPart } from "./api/models/listed-part.ts";
export type { ListParams, SortDir } from "./api/paging/list-parameters.ts";
export type {
  Application,
  AppResult,
  AppSession,
  BioSample,
  Coverage,
  CoverageMeta,
  Dataset,
  FileEntry,
  Genome,
  Library,
  LibraryIndex,
  Project,
  Raw,
  Reference,
  Run,
  Sample,
  SequencingStats,
  TrashItem,
  UploadStatus,
  User,
  Variant,
  VariantHeader,
} from "./api/models/models.ts";
export type { EntityTarget, NewProperty } from "./api/resources/new-property.ts";
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
export type { Page, PageWindow } from "./api/paging/page.ts";
export { type CrawlOptions, List } from "./api/paging/list.ts";
export type { Property, PropertyItem } from "./api/models/property.ts";
export type {
  EntityReference,
  EntityType,
  MapEntry,
  PropertyValue,
} from "./api/models/property-types.ts";
export type { EntitySource, FoundEntity } from "./api/launch/entity-finder.ts";
export type { LaunchForm, LaunchFormOptions } from "./api/launch/launch-form.ts";
export { LaunchPayload, type LaunchPayloadOptions } from "./api/launch/launch-payload.ts";
export type {
  LaunchColumn,
  LaunchProperty,
  LaunchValue,
  LaunchValues,
} from "./api/launch/launch-property.ts";
export { LaunchSpecification } from "./api/launch/launch-specification.ts";
export { MountedEntity } from "./api/launch/mounted-entity.ts";
export { AppSessionMetaData, type LaunchInputs } from "./api/launch/session-metadata.ts";
export type { Launch } from "./api/resources/applications.ts";
export type { NewStatus } from "./api/resources/app-sessions.ts";
export type { FileLink, FilesParams } from "./api/resources/files.ts";
export type { GenomesParams } from "./api/resources/genomes.ts";
export type { NewAppResult, NewSample } from "./api/resources/new-results.ts";
export type { AppResultsParams } from "./api/resources/projects.ts";
export type { PropertyOwner } from "./api/resources/properties.ts";
export {
  referencedAppResults,
  referencedIds,
  referencedSampleIds,
} from "./api/resources/references.ts";
export type { RunSort, RunsParams, RunStatus } from "./api/resources/run-lists.ts";
export type { Region } from "./api/resources/region.ts";
export { canWorkOn, type SessionStatus } from "./api/resources/session-status.ts";
export type { AppSessionsParams, ProjectsParams } from "./api/resources/users.ts";
export type { VariantsParams } from "./api/resources/variants.ts";
export type { ApplicationsV2Params } from "./api/resources/v2/applications.ts";
export type { AppSessionsV2Params } from "./api/resources/v2/app-session-lists.ts";
export type {
  AppSessionChanges,
  Deletion,
  NewAppSession,
} from "./api/resources/v2/app-sessions.ts";
export type { Archivable, Archived } from "./api/resources/v2/archive.ts";
export type { BioSampleChanges, BioSamplesParams } from "./api/resources/v2/biosamples.ts";
export type { DatasetFilesParams, DatasetsParams } from "./api/resources/v2/dataset-lists.ts";
export type { DatasetFile } from "./api/resources/v2/dataset-upload.ts";
export type { DatasetChanges, DatasetCopy, NewDataset } from "./api/resources/v2/datasets.ts";
export type { LibrariesParams } from "./api/resources/v2/libraries.ts";
export type { NewProject } from "./api/resources/v2/projects.ts";
export type { TrashParams } from "./api/resources/v2/trash.ts";
export type { CallOptions } from "./api/transport/rest.ts";
export type { RetryLimits } from "./api/transport/retry-delay.ts";
export type { Compared } from "./api/transfers/compare-with-etag.ts";
export { downloadByExtension } from "./api/transfers/by-extension.ts";
export type { Downloadable, Downloaded, DownloadOptions } from "./api/transfers/file-download.ts";
export type { Downloads, FolderOptions, ReadOptions } from "./api/transfers/downloads.ts";
export type { UploadOptions } from "./api/transfers/upload-file.ts";
export type { WholeOptions } from "./api/uploads/find-uploaded.ts";
export { md5OfFile } from "./api/digests/md5-of-file.ts";
export type { Progress, TransferOptions } from "./api/transfers/options.ts";
export type { Transfers, UploadFrom } from "./api/transfers/transfers.ts";
export type { UploadDestination } from "./api/uploads/upload-destination.ts";
export type { UploadBody, Uploads } from "./api/uploads/uploads.ts";
export { ByteBudget } from "./core/byte-budget.ts";
export { formatBytes } from "./core/units.ts";
export { BsmountError, type FailureReason } from "./core/errors.ts";
export { connect, type ConnectOptions } from "./session/connect.ts";
export type {
  ApplicationId,
  AppResultId,
  AppSessionId,
  FileId,
  GenomeId,
  ProjectId,
  RunId,
  SampleId,
  UserId,
} from "./core/ids.ts";
export type { FetcherKind } from "./api/content/create-fetcher.ts";
export type { TokenApplication } from "./api/models/access-token.ts";
export type { FetchPage, KeyOf } from "./api/paging/page.ts";
export type { AppResults } from "./api/resources/app-results.ts";
export type { AppSessions } from "./api/resources/app-sessions.ts";
export type { Applications } from "./api/resources/applications.ts";
export type { Coverages } from "./api/resources/coverage.ts";
export type { Files } from "./api/resources/files.ts";
export type { Genomes } from "./api/resources/genomes.ts";
export type { Projects } from "./api/resources/projects.ts";
export type { Properties } from "./api/resources/properties.ts";
export type { Runs } from "./api/resources/runs.ts";
export type { Samples } from "./api/resources/samples.ts";
export type { Tokens } from "./api/resources/tokens.ts";
export type { Users } from "./api/resources/users.ts";
export type { Variants } from "./api/resources/variants.ts";
export type { AppSessionsV2 } from "./api/resources/v2/app-sessions.ts";
export type { ApplicationsV2 } from "./api/resources/v2/applications.ts";
export type { Archive } from "./api/resources/v2/archive.ts";
export type { BioSamples } from "./api/resources/v2/biosamples.ts";
export type { Datasets } from "./api/resources/v2/datasets.ts";
export type { Libraries } from "./api/resources/v2/libraries.ts";
export type { ProjectsV2 } from "./api/resources/v2/projects.ts";
export type { RunsV2 } from "./api/resources/v2/runs.ts";
export type { Trash } from "./api/resources/v2/trash.ts";
export type { ApiVersion } from "./api/resources/version-client.ts";
export type { ByExtension } from "./api/transfers/by-extension.ts";
export type { ContentCheck } from "./api/transfers/content-check.ts";
export type { Verified } from "./api/transfers/content-judge.ts";
export type { CheckedFile } from "./api/transfers/downloads.ts";
export type { ApiErrorFacts } from "./api/transport/errors.ts";
export type { ByteRange } from "./core/byte-range.ts";
export type { Clock } from "./core/clock.ts";
export type { BsmountErrorOptions } from "./core/errors.ts";
