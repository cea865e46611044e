import type { SessionStatus, UploadStatus } from "../state/entities.ts";
import type { PropertyMapEntry } from "../state/entity.ts";

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
  /** Any date that JavaScript can parse. @default the creation date */
  readonly dateModified?: string;
}

/** A user of the account. */
export interface CatalogUser extends CatalogEntity {
  /** The name that the API shows. */
  readonly name: string;
  /** @default user and the Id at example.invalid */
  readonly email?: string;
  /** URL of the user's picture. */
  readonly gravatarUrl?: string;
  /** @default the next default date */
  readonly dateCreated?: string;
  /** Shown by v2's `users/current/properties`. */
  readonly properties?: readonly CatalogProperty[];
}

/** An application, which starts sessions and signs users in. */
export interface CatalogApplication extends CatalogEntity {
  /** With `companyName` the same for all versions of an application. */
  readonly name: string;
  /** @default "Illumina" */
  readonly companyName?: string;
  /** @default "1.0.0" */
  readonly versionNumber?: string;
  /** @default empty */
  readonly shortDescription?: string;
  /** @default none */
  readonly homepageUri?: string;
  /** @default "Native" */
  readonly category?: string;
  /** @default "Published" */
  readonly publishStatus?: string;
  /** @default the next default date */
  readonly dateCreated?: string;
  /** @default none */
  readonly datePublished?: string;
  /** @default none */
  readonly classifications?: readonly string[];
  /** @default none */
  readonly features?: readonly string[];
  /** 32 hex digits. An app that signs users in needs both the key and the secret. */
  readonly clientKey?: string;
  /** 32 hex digits. */
  readonly clientSecret?: string;
  /** Where a browser may be redirected with a code. For loopback addresses scheme and port are not compared. */
  readonly redirectUri?: string;
}

/** An access token with its scopes. */
export interface CatalogToken {
  /** 8 to 128 letters, digits, `_` and `-`. */
  readonly accessToken: string;
  /** Id of a user. @default the first */
  readonly user?: string;
  /** `browse global, write project 7`. */
  readonly scopes: string;
  /** Id of an application. @default the emulator's own */
  readonly application?: string;
}

/** A property. Its type decides which of `content`, `items`, `contentMap` and `itemsMap` it has. References are Hrefs. */
export interface CatalogProperty {
  /** Unique among the properties of an entity. */
  readonly name: string;
  /** Such as `string`, `map` or `sample`; ends in `[]` for several values. @default derived from the value */
  readonly type?: string;
  /** @default empty */
  readonly description?: string;
  /** A text or an Href. */
  readonly content?: string;
  /** Texts or Hrefs. */
  readonly items?: readonly string[];
  /** One map. */
  readonly contentMap?: readonly PropertyMapEntry[];
  /** Several maps. */
  readonly itemsMap?: readonly (readonly PropertyMapEntry[])[];
}

/** A reference of a session or result to another entity. */
export interface CatalogReference {
  /** @default "Using" */
  readonly rel?: string;
  /** Kind of the entity, such as `Sample`. */
  readonly type: string;
  /** `v1pre3/samples/7` */
  readonly href: string;
}

/** Where the bytes of a file come from; exactly one of these forms. */
export type CatalogContent =
  /** A file, relative to the catalog's folder. */
  | {
      /** Path of the file. */
      readonly path: string;
      /** Without quotes. @default the md5, above 1 GiB derived from path, size and time */
      readonly etag?: string;
    }
  | {
      /** The content, stored as UTF-8. */
      readonly text: string;
    }
  | {
      /** The content in base64. */
      readonly base64: string;
    }
  /** Bytes computed when they are read, see `content/generator.ts`; sparse content is zero almost everywhere. */
  | {
      /** Size in bytes. */
      readonly size: number;
      /** Any text; it decides the bytes. */
      readonly seed: string;
      /** @default false */
      readonly sparse?: boolean;
      /** Without quotes. @default derived from size and seed */
      readonly etag?: string;
    };

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
  /** @default none */
  readonly properties?: readonly CatalogProperty[];
}

interface WithFiles extends WithDates {
  /** The name that the API shows. */
  readonly name: string;
  /** @default none */
  readonly files?: readonly CatalogFile[];
  /** @default none */
  readonly properties?: readonly CatalogProperty[];
}

interface WithSession extends WithFiles {
  /** Id of an app session. @default a new session */
  readonly appSession?: string;
  /** Status of the new session that is made when `appSession` is absent. @default "Complete" */
  readonly status?: SessionStatus;
  /** @default none */
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
  /** @default 7 and the sample's Id */
  readonly id?: string;
  /** @default 8 and the sample's Id */
  readonly biologicalSampleId?: string;
  /** @default none */
  readonly index1?: CatalogIndex;
  /** @default none */
  readonly index2?: CatalogIndex;
}

/** A sample of a project. */
export interface CatalogSample extends WithSession {
  /** @default the name */
  readonly sampleId?: string;
  /** @default the project's name */
  readonly experimentName?: string;
  /** @default the position in the project, from 1 */
  readonly sampleNumber?: number;
  /** @default false */
  readonly isMerged?: boolean;
  /** @default true */
  readonly isPairedEnd?: boolean;
  /** Cycles. @default 151 */
  readonly read1?: number;
  /** Cycles. @default as read 1 for a paired-end sample, else 0 */
  readonly read2?: number;
  /** Clusters. @default 0 */
  readonly numReadsRaw?: number;
  /** Clusters that passed the filter. @default `numReadsRaw` */
  readonly numReadsPF?: number;
  /** @default derived from the sample */
  readonly library?: CatalogSampleLibrary;
}

/** An app result of a project. */
export interface CatalogAppResult extends WithSession {
  /** @default empty */
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
  /** @default false */
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
  /** @default none */
  readonly properties?: readonly CatalogProperty[];
}

/** A biosample, which only v2 shows. */
export interface CatalogBioSample extends WithDates {
  /** The name that the API shows. */
  readonly name: string;
  /** Id of a user. @default the project's owner */
  readonly owner?: string;
  /** Id of its default project. */
  readonly project: string;
  /** @default "New" */
  readonly status?: string;
  /** @default "Sequencing" */
  readonly labStatus?: string;
  /** @default none */
  readonly libraries?: readonly CatalogLibrary[];
  /** @default none */
  readonly properties?: readonly CatalogProperty[];
}

/** A project with its samples, app results and datasets. */
export interface CatalogProject extends WithDates {
  /** The name that the API shows. */
  readonly name: string;
  /** @default empty */
  readonly description?: string;
  /** Id of a user. */
  readonly owner?: string;
  /** Ids of users who may browse and read it. */
  readonly sharedWith?: readonly string[];
  /** @default none */
  readonly samples?: readonly CatalogSample[];
  /** @default none */
  readonly appResults?: readonly CatalogAppResult[];
  /** @default none */
  readonly datasets?: readonly CatalogDataset[];
  /** @default none */
  readonly properties?: readonly CatalogProperty[];
  /** A folder of plain files: each subfolder becomes an app result, and the other files one with the project's name. */
  readonly importFolder?: string;
}

/** An app session that several results can share. */
export interface CatalogAppSession extends WithDates {
  /** The name that the API shows. */
  readonly name: string;
  /** Id of a user. */
  readonly createdBy?: string;
  /** Id of an application. */
  readonly application?: string;
  /** @default "Complete" */
  readonly status?: SessionStatus;
  /** @default empty */
  readonly statusSummary?: string;
  /** Any date that JavaScript can parse. @default none */
  readonly dateStarted?: string;
  /** @default the creation date for an ended session, else none */
  readonly dateCompleted?: string;
  /** How the session was started, shown by v2. @default "AppTrigger" */
  readonly purpose?: string;
  /** @default "Undefined" */
  readonly qcStatus?: string;
  /** @default "None" */
  readonly deliveryStatus?: string;
  /** @default none */
  readonly references?: readonly CatalogReference[];
  /** @default none */
  readonly properties?: readonly CatalogProperty[];
}

/** A sequencing run. */
export interface CatalogRun extends WithFiles {
  /** Id of a user. @default the first */
  readonly owner?: string;
  /** Ids of users who may browse and read it. @default none */
  readonly sharedWith?: readonly string[];
  /** @default 1 */
  readonly number?: number;
  /** @default the name */
  readonly experimentName?: string;
  /** @default "Complete" */
  readonly status?: string;
  /** @default "MS0000001-600V3" */
  readonly reagentBarcode?: string;
  /** @default "000000000-AAAAA" */
  readonly flowcellBarcode?: string;
  /** @default the type of the instrument */
  readonly platformName?: string;
  /** @default "Generate FASTQ" */
  readonly workflow?: string;
  /** The sequencing instrument. */
  readonly instrument?: {
    /** @default 1 */
    readonly id?: number;
    /** @default "M00001" */
    readonly name?: string;
    /** @default "MiSeq" */
    readonly type?: string;
  };
  /** Cycles of read 1, read 2, index 1, index 2. */
  readonly cycles?: readonly [number, number, number, number];
  /** @default false */
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
  /** Applications besides the emulator's own. @default none */
  readonly applications?: readonly CatalogApplication[];
  /** Tokens besides that of the ready line. @default none */
  readonly tokens?: readonly CatalogToken[];
  /** Sessions that results refer to by Id. @default none */
  readonly appSessions?: readonly CatalogAppSession[];
  /** @default none */
  readonly projects?: readonly CatalogProject[];
  /** @default none */
  readonly runs?: readonly CatalogRun[];
  /** @default none */
  readonly bioSamples?: readonly CatalogBioSample[];
}
