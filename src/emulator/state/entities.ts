import type { Entity, Property, WithProperties } from "./entity.ts";
import type { BioSample, Dataset, Library, TrashItem } from "./v2-entities.ts";

/*
 * What a local BaseSpace stores. Entities are plain JSON and are never changed in place: a new version replaces
 * the old one. Dates are texts in the service's form, `2024-01-02T03:04:05.0000000Z`, which sort as texts.
 * Values that can be computed (total sizes, Hrefs) are not stored.
 */

export interface User extends Entity {
  readonly name: string;
  readonly email: string;
  readonly gravatarUrl: string;
  readonly dateCreated: string;
  readonly dateLastActive: string;
  /** Shown only by v2; absent if none was ever set. */
  readonly properties?: readonly Property[];
}

export interface Application extends Entity {
  readonly name: string;
  readonly companyName: string;
  readonly versionNumber: string;
  readonly homepageUri?: string;
  readonly shortDescription: string;
  readonly dateCreated: string;
  readonly datePublished?: string;
  readonly publishStatus: string;
  readonly category: string;
  readonly classifications: readonly string[];
  readonly features: readonly string[];
  /** With the secret, the credentials that the app signs in with; absent for apps that cannot. */
  readonly clientKey?: string;
  readonly clientSecret?: string;
  /** Where users' browsers may be redirected with a code. */
  readonly redirectUri?: string;
}

/** An access token; its id is the token itself. */
export interface Token extends Entity {
  readonly userId: string;
  readonly applicationId: string;
  /** The clauses that were requested, in upper case: `BROWSE GLOBAL`, `WRITE PROJECT 12`. */
  readonly scopes: readonly string[];
  /** Clauses that the token received for the entities that it created. */
  readonly granted: readonly string[];
  /** Whether a user granted it to an app; later tokens of the same user and app then inherit its scopes. */
  readonly isAuthorized?: boolean;
  /** The session that its app was started for; the token may read it and change its status. */
  readonly appSessionId?: string;
  readonly dateCreated: string;
}

/** An app's request for access to an account. Its id is the secret code that the app exchanges for a token. */
export interface Authorization extends Entity {
  readonly applicationId: string;
  readonly scopes: readonly string[];
  readonly decision: "pending" | "approved" | "denied";
  /** The code that the user types; only for devices. */
  readonly userCode?: string;
  /** Where the browser was redirected with the code; only for web apps. */
  readonly redirectUri?: string;
  /** The session that the app was started for, in which the app finds the code. */
  readonly appSessionId?: string;
  /** The user who decided. */
  readonly userId?: string;
  /** Milliseconds since 1970. */
  readonly expiresMs: number;
}

export interface Project extends WithProperties {
  readonly ownerId: string;
  readonly sharedWith: readonly string[];
  readonly name: string;
  readonly description: string;
  readonly dateCreated: string;
  readonly dateModified: string;
}

/** A reference of a sample, app result or app session; separate from its properties. */
export interface Reference {
  readonly rel: string;
  readonly type: string;
  /** `v1pre3/samples/7` */
  readonly hrefContent: string;
}

/** The index sequence that marks the reads of one library in a pool. */
export interface LibraryIndex {
  readonly id: string;
  readonly name: string;
  /** Bases, such as `TCTCTACT`. */
  readonly sequence: string;
}

/** The library of a sample as v1 shows it; absent keys are derived from the sample. */
export interface SampleLibrary {
  readonly id?: string;
  readonly biologicalSampleId?: string;
  readonly index1?: LibraryIndex;
  readonly index2?: LibraryIndex;
}

export interface Sample extends WithProperties {
  readonly projectId: string;
  readonly ownerId: string;
  readonly appSessionId: string;
  readonly name: string;
  readonly sampleId: string;
  readonly experimentName: string;
  readonly sampleNumber: number;
  readonly isMerged: boolean;
  readonly isPairedEnd: boolean;
  readonly read1: number;
  readonly read2: number;
  readonly numReadsRaw: number;
  readonly numReadsPF: number;
  readonly genomeId?: string;
  readonly library?: SampleLibrary;
  readonly references: readonly Reference[];
  readonly dateCreated: string;
}

export interface AppResult extends WithProperties {
  readonly projectId: string;
  readonly ownerId: string;
  readonly appSessionId: string;
  readonly name: string;
  readonly description: string;
  readonly genomeId?: string;
  readonly references: readonly Reference[];
  readonly dateCreated: string;
}

/** The status of an app session; `Complete` and `Aborted` are final. */
export type SessionStatus = "Running" | "NeedsAttention" | "TimedOut" | "Complete" | "Aborted";

export interface AppSession extends WithProperties {
  readonly userId: string;
  readonly applicationId: string;
  readonly name: string;
  readonly status: SessionStatus;
  readonly statusSummary: string;
  readonly references: readonly Reference[];
  readonly dateCreated: string;
  readonly dateModified: string;
  readonly dateStarted?: string;
  readonly dateCompleted?: string;
  /** Shown only by v2. @default "AppTrigger" */
  readonly purpose?: string;
  /** @default "Undefined" */
  readonly qcStatus?: string;
  /** @default "None" */
  readonly deliveryStatus?: string;
}

export interface Run extends WithProperties {
  readonly ownerId: string;
  readonly sharedWith: readonly string[];
  readonly uploadedById: string;
  readonly name: string;
  readonly number: number;
  readonly experimentName: string;
  readonly status: string;
  readonly reagentBarcode: string;
  readonly flowcellBarcode: string;
  readonly platformName: string;
  readonly workflow: string;
  readonly instrument: { readonly id: number; readonly name: string; readonly type: string };
  /** Cycles of read 1, read 2, index 1, index 2. */
  readonly cycles: readonly [number, number, number, number];
  readonly isArchived: boolean;
  readonly sampleIds: readonly string[];
  readonly dateCreated: string;
  readonly dateModified: string;
}

/** The nouns of entities that have files. */
export type ParentNoun = "samples" | "appresults" | "runs" | "datasets";

export interface Parent {
  readonly noun: ParentNoun;
  readonly id: string;
}

/** The upload status of a file; only a complete file has content. */
export type UploadStatus = "undefined" | "pending" | "aborted" | "complete";

/** A part that was received; its bytes are in the content store until the upload ends. */
export interface FilePart {
  readonly number: number;
  readonly sizeBytes: number;
  /** Hex digits. */
  readonly md5: string;
  /** Its key in the content store. */
  readonly key: string;
}

export interface BaseSpaceFile extends WithProperties {
  readonly parent: Parent;
  /** Path without leading slash; its last segment is the Name. */
  readonly path: string;
  readonly contentType: string;
  readonly uploadStatus: UploadStatus;
  readonly isArchived: boolean;
  /** Whether it was uploaded in parts; then its JSON has HrefParts. */
  readonly isMultipart: boolean;
  readonly sizeBytes: number;
  /** Without quotes; absent while the upload is pending. */
  readonly etag?: string;
  /** Key in the object store; absent while the upload is pending. */
  readonly objectKey?: string;
  readonly parts: readonly FilePart[];
  readonly dateCreated: string;
  readonly dateModified: string;
}

/** The source of an object's bytes. */
export type ObjectSource =
  /** The content store: memory, or `DIR/objects/<key>`. */
  | { readonly kind: "stored" }
  /** A file outside the data folder, which the emulator only reads. */
  | { readonly kind: "file"; readonly path: string }
  /** Computed when they are read, see `content/generator.ts`. */
  | { readonly kind: "generated"; readonly seed: string; readonly sparse: boolean };

/** An object of the object store; its id is its key, 32 hex digits. */
export interface StoredObject extends Entity {
  readonly sizeBytes: number;
  /** Without quotes. */
  readonly etag: string;
  /** Milliseconds since 1970. */
  readonly modifiedMs: number;
  readonly source: ObjectSource;
}

/** A persistent value of the emulator itself, such as the secret that signs links. */
export interface Setting extends Entity {
  readonly value: string;
}

export interface Tables {
  readonly settings: Setting;
  readonly users: User;
  readonly applications: Application;
  readonly tokens: Token;
  readonly authorizations: Authorization;
  readonly projects: Project;
  readonly samples: Sample;
  readonly appresults: AppResult;
  readonly appsessions: AppSession;
  readonly runs: Run;
  readonly files: BaseSpaceFile;
  readonly objects: StoredObject;
  readonly biosamples: BioSample;
  readonly libraries: Library;
  readonly datasets: Dataset;
  readonly trash: TrashItem;
}

export type TableName = keyof Tables;

/** The nouns of entities that have properties. */
export type PropertyNoun =
  | "projects"
  | "samples"
  | "appresults"
  | "appsessions"
  | "runs"
  | "files"
  | "biosamples"
  | "libraries"
  | "datasets"
  | "users";

export const tableNames: readonly TableName[] = [
  "settings",
  "users",
  "applications",
  "tokens",
  "authorizations",
  "projects",
  "samples",
  "appresults",
  "appsessions",
  "runs",
  "files",
  "objects",
  "biosamples",
  "libraries",
  "datasets",
  "trash",
];
