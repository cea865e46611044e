import type { SessionStatus, UploadStatus } from "../state/entities.ts";
import type { Property } from "../state/entity.ts";

/*
 * The initial content of an account. Only names are required: by default Ids are assigned in ascending order,
 * each date is a second later than the one before, the first user owns everything, and results get new, complete
 * sessions. A catalog always makes the same account; only the keys of stored objects differ at each start.
 *
 * README.md in this folder describes the format with an example.
 */

interface CatalogEntity {
  /** Digits. */
  readonly id?: string;
  /** Deleted by its owner: 410. */
  readonly removed?: boolean;
  /** Keys that are added to the JSON of responses or replace keys there; null removes a key. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

interface WithDates extends CatalogEntity {
  /** Any date that JavaScript can parse. */
  readonly dateCreated?: string;
  readonly dateModified?: string;
}

/** A user of the account. */
export interface CatalogUser extends CatalogEntity {
  readonly name: string;
  readonly email?: string;
  readonly gravatarUrl?: string;
  readonly dateCreated?: string;
  /** Shown by v2's `users/current/properties`. */
  readonly properties?: readonly CatalogProperty[];
}

/** An application, which starts sessions and signs users in. */
export interface CatalogApplication extends CatalogEntity {
  readonly name: string;
  readonly companyName?: string;
  readonly versionNumber?: string;
  readonly shortDescription?: string;
  readonly homepageUri?: string;
  readonly category?: string;
  readonly publishStatus?: string;
  readonly dateCreated?: string;
  readonly datePublished?: string;
  readonly classifications?: readonly string[];
  readonly features?: readonly string[];
  /** 32 hex digits. An app that signs users in needs both the key and the secret. */
  readonly clientKey?: string;
  readonly clientSecret?: string;
  /** Where a browser may be redirected with a code. For loopback addresses scheme and port are not compared. */
  readonly redirectUri?: string;
}

/** An access token with its scopes. */
export interface CatalogToken {
  readonly accessToken: string;
  /** Id of a user. @default the first */
  readonly user?: string;
  /** `browse global, write project 7`. */
  readonly scopes: string;
  /** Id of an application. @default the emulator's own */
  readonly application?: string;
}

/** A property. Its type decides which of `content`, `items`, `contentMap` and `itemsMap` it has. References are Hrefs. */
export type CatalogProperty = Pick<Property, "name"> &
  Partial<Pick<Property, "type" | "description" | "content" | "items" | "contentMap" | "itemsMap">>;

/** A reference of a session or result to another entity. */
export interface CatalogReference {
  readonly rel?: string;
  readonly type: string;
  /** `v1pre3/samples/7` */
  readonly href: string;
}

/** Where the bytes of a file come from; exactly one of these forms. */
export type CatalogContent =
  /** A file, relative to the catalog's folder. */
  | { readonly path: string; readonly etag?: string }
  | { readonly text: string }
  | { readonly base64: string }
  /** Bytes computed when they are read, see `content/generator.ts`; sparse content is zero almost everywhere. */
  | { readonly size: number; readonly seed: string; readonly sparse?: boolean };

/** A file of a sample, app result, dataset or run. */
export interface CatalogFile extends WithDates {
  /** Path within its parent, without leading slash. Two files may have the same path. */
  readonly path: string;
  /** A plain string is short for `{"text": …}`. @default no bytes */
  readonly content?: string | CatalogContent;
  /** @default derived from the name's extension */
  readonly contentType?: string;
  /** Whether the file is in cold storage; its content cannot be read until it is restored. */
  readonly archived?: boolean;
  /** @default "complete" */
  readonly uploadStatus?: UploadStatus;
  readonly properties?: readonly CatalogProperty[];
}

interface WithFiles extends WithDates {
  readonly name: string;
  readonly files?: readonly CatalogFile[];
  readonly properties?: readonly CatalogProperty[];
}

interface WithSession extends WithFiles {
  /** Id of an app session. @default a new session */
  readonly appSession?: string;
  /** Status of the new session that is made when `appSession` is absent. @default "Complete" */
  readonly status?: SessionStatus;
  readonly references?: readonly CatalogReference[];
  /** Id of a genome. */
  readonly genome?: string;
}

/** An index of a library. */
export interface CatalogIndex {
  /** @default derived from the sequence */
  readonly id?: string;
  /** @default the sequence */
  readonly name?: string;
  /** Bases: A, C, G, T, N. */
  readonly sequence: string;
}

/** The library that a sample was sequenced from. Absent keys are derived from the sample. */
export interface CatalogSampleLibrary {
  readonly id?: string;
  readonly biologicalSampleId?: string;
  readonly index1?: CatalogIndex;
  readonly index2?: CatalogIndex;
}

/** A sample of a project. */
export interface CatalogSample extends WithSession {
  /** @default the name */
  readonly sampleId?: string;
  readonly experimentName?: string;
  readonly sampleNumber?: number;
  readonly isMerged?: boolean;
  /** @default true */
  readonly isPairedEnd?: boolean;
  /** Cycles. @default 151 */
  readonly read1?: number;
  readonly read2?: number;
  readonly numReadsRaw?: number;
  readonly numReadsPF?: number;
  readonly library?: CatalogSampleLibrary;
}

/** An app result of a project. */
export interface CatalogAppResult extends WithSession {
  readonly description?: string;
}

/** A dataset, as v2 groups files. */
export interface CatalogDataset extends WithFiles {
  /** `ds.` and 32 hex digits. @default derived from the project's Id and the position in the project */
  readonly id?: string;
  /** @default "illumina.fastq.v1.8" for a sample, else "common.files" */
  readonly type?: string;
  /** Id of an app session. @default the sample's, or a new session */
  readonly appSession?: string;
  /** Status of the new session that is made when there is no other. @default "Complete" */
  readonly status?: SessionStatus;
  /** Id of the sample that the dataset represents; it has the sample's files. */
  readonly sample?: string;
  /** Attributes by type, with `_` for `.`: `{"common_fastq": {…}}`. */
  readonly attributes?: Readonly<Record<string, unknown>>;
  /** @default "Undefined" */
  readonly qcStatus?: string;
  /** @default "Completed" */
  readonly uploadStatus?: string;
  readonly archived?: boolean;
}

/** A library of a biosample. */
export interface CatalogLibrary extends WithDates {
  /** @default the biosample's */
  readonly name?: string;
  /** Id of a project. @default the biosample's */
  readonly project?: string;
  /** @default "Active" */
  readonly status?: string;
  readonly properties?: readonly CatalogProperty[];
}

/** A biosample, which only v2 shows. */
export interface CatalogBioSample extends WithDates {
  readonly name: string;
  /** Id of a user. @default the project's owner */
  readonly owner?: string;
  /** Id of its default project. */
  readonly project: string;
  /** @default "New" */
  readonly status?: string;
  /** @default "Sequencing" */
  readonly labStatus?: string;
  readonly libraries?: readonly CatalogLibrary[];
  readonly properties?: readonly CatalogProperty[];
}

/** A project with its samples, app results and datasets. */
export interface CatalogProject extends WithDates {
  readonly name: string;
  readonly description?: string;
  /** Id of a user. */
  readonly owner?: string;
  /** Ids of users who may browse and read it. */
  readonly sharedWith?: readonly string[];
  readonly samples?: readonly CatalogSample[];
  readonly appResults?: readonly CatalogAppResult[];
  readonly datasets?: readonly CatalogDataset[];
  readonly properties?: readonly CatalogProperty[];
  /** A folder of plain files: each subfolder becomes an app result, and the other files one with the project's name. */
  readonly importFolder?: string;
}

/** An app session that several results can share. */
export interface CatalogAppSession extends WithDates {
  readonly name: string;
  /** Id of a user. */
  readonly createdBy?: string;
  /** Id of an application. */
  readonly application?: string;
  /** @default "Complete" */
  readonly status?: SessionStatus;
  readonly statusSummary?: string;
  readonly dateStarted?: string;
  readonly dateCompleted?: string;
  /** How the session was started, shown by v2. @default "AppTrigger" */
  readonly purpose?: string;
  /** @default "Undefined" */
  readonly qcStatus?: string;
  /** @default "None" */
  readonly deliveryStatus?: string;
  readonly references?: readonly CatalogReference[];
  readonly properties?: readonly CatalogProperty[];
}

/** A sequencing run. */
export interface CatalogRun extends WithFiles {
  readonly owner?: string;
  readonly sharedWith?: readonly string[];
  readonly number?: number;
  /** @default the name */
  readonly experimentName?: string;
  /** @default "Complete" */
  readonly status?: string;
  readonly reagentBarcode?: string;
  readonly flowcellBarcode?: string;
  readonly platformName?: string;
  readonly workflow?: string;
  readonly instrument?: { readonly id?: number; readonly name?: string; readonly type?: string };
  /** Cycles of read 1, read 2, index 1, index 2. */
  readonly cycles?: readonly [number, number, number, number];
  readonly archived?: boolean;
  /** Ids of its samples. */
  readonly samples?: readonly string[];
}

/** The initial content of an account; all keys are optional. */
export interface Catalog {
  /** The first default date. @default "2024-01-01T00:00:00Z" */
  readonly date?: string;
  /** The ready line has the token of the first user. @default one user, "Emulator User" */
  readonly users?: readonly CatalogUser[];
  readonly applications?: readonly CatalogApplication[];
  readonly tokens?: readonly CatalogToken[];
  readonly appSessions?: readonly CatalogAppSession[];
  readonly projects?: readonly CatalogProject[];
  readonly runs?: readonly CatalogRun[];
  readonly bioSamples?: readonly CatalogBioSample[];
}
