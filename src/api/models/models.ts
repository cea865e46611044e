import type {
  ApplicationId,
  AppResultId,
  AppSessionId,
  FileId,
  ProjectId,
  RunId,
  SampleId,
  UserId,
} from "../../core/ids.ts";
import type { Property } from "./property.ts";
import type { Raw } from "./raw.ts";

export type { Raw };

/*
 * BaseSpace's resources as the program sees them. What the service leaves out is absent here, never
 * null; a date that it gives as year 1 ("not set") is absent too. The two dates that are always there
 * are 1970-01-01 in that case, so that one odd item does not spoil a listing. `raw` is the JSON object as
 * it came, with every field that has no name here.
 */

export interface Resource<Id> {
  readonly id: Id;
  readonly name: string;
  /** Relative to the API server in v1, absolute in v2. */
  readonly href: string;
  readonly raw: Raw;
}

export interface User extends Resource<UserId> {
  readonly email?: string;
  readonly dateCreated?: Date;
  readonly dateLastActive?: Date;
}

export interface Project extends Resource<ProjectId> {
  readonly description?: string;
  readonly dateCreated: Date;
  readonly dateModified?: Date;
  readonly totalSizeBytes?: number;
  readonly userOwnedBy?: User;
  readonly hasCollaborators?: boolean;
  /** The properties that came along; only in a resource asked for by itself. All of them: `…properties()`. */
  readonly properties?: readonly Property[];
}

export interface Sample extends Resource<SampleId> {
  /** The name on the sample sheet. */
  readonly sampleId?: string;
  readonly experimentName?: string;
  /** `Complete`, `Aborted`, … */
  readonly status?: string;
  readonly statusSummary?: string;
  readonly dateCreated: Date;
  readonly totalSizeBytes?: number;
  readonly isPairedEnd?: boolean;
  /** Reads before filtering, both directions of a pair counted once. */
  readonly numReadsRaw?: number;
  /** Reads after filtering, both directions of a pair counted once. */
  readonly numReadsPf?: number;
  /** Cycles, that is bases, of the first read of a pair. */
  readonly read1?: number;
  /** Of the second read; 0 where there is none. */
  readonly read2?: number;
  /** Its place on the sample sheet, from 1, as in the `S1` of file names; only in a sample asked for by itself. */
  readonly sampleNumber?: number;
  /** What its reads are to be compared with; absent where nobody said. */
  readonly genome?: Genome;
  /** What it was sequenced from. */
  readonly library?: Library;
  readonly userOwnedBy?: User;
  readonly appSession?: AppSession;
  /** Those it belongs to; only in a sample asked for by itself. */
  readonly projects?: readonly Project[];
  /** Only in a sample asked for by itself. */
  readonly references?: readonly Reference[];
  /** The properties that came along; only in a resource asked for by itself. All of them: `…properties()`. */
  readonly properties?: readonly Property[];
}

export interface AppResult extends Resource<AppResultId> {
  readonly description?: string;
  readonly status?: string;
  readonly statusSummary?: string;
  readonly dateCreated: Date;
  readonly dateModified?: Date;
  readonly totalSizeBytes?: number;
  readonly userOwnedBy?: User;
  readonly appSession?: AppSession;
  /** Those it belongs to; only in a result asked for by itself. */
  readonly projects?: readonly Project[];
  /** Only in a result asked for by itself. */
  readonly references?: readonly Reference[];
  /** The properties that came along; only in a resource asked for by itself. All of them: `…properties()`. */
  readonly properties?: readonly Property[];
}

export interface AppSession extends Resource<AppSessionId> {
  /** `Running`, `Complete`, `NeedsAttention`, `TimedOut`, `Aborted`; v2 calls it ExecutionStatus. */
  readonly status?: string;
  readonly statusSummary?: string;
  readonly dateCreated: Date;
  /** v1 calls it ModifiedOn. */
  readonly dateModified?: Date;
  readonly dateCompleted?: Date;
  readonly totalSizeBytes?: number;
  readonly applicationName?: string;
  readonly application?: Application;
  /** What started it, such as a link into the web page of an app. */
  readonly originatingUri?: string;
  /** A secret, which only the app that was started is told: what becomes its token, once. */
  readonly authorizationCode?: string;
  /** Only in a session asked for by itself. */
  readonly references?: readonly Reference[];
  /** The properties that came along; only in a resource asked for by itself. All of them: `…properties()`. */
  readonly properties?: readonly Property[];
  readonly userCreatedBy?: User;
}

export interface Run extends Resource<RunId> {
  readonly experimentName?: string;
  readonly status?: string;
  readonly dateCreated: Date;
  readonly dateModified?: Date;
  readonly totalSizeBytes?: number;
  readonly userOwnedBy?: User;
  readonly instrumentName?: string;
  /** The properties that came along; only in a resource asked for by itself. All of them: `…properties()`. */
  readonly properties?: readonly Property[];
}

/** What the instrument measured in a run. Percentages are as the service has them: 90.6, but 0.9 for `percentPf`. */
export interface SequencingStats {
  readonly isIndexed?: boolean;
  readonly numLanes?: number;
  /** Reads of a cluster, those of the index too. */
  readonly numReads?: number;
  readonly numCyclesRead1?: number;
  readonly numCyclesRead2?: number;
  readonly numCyclesIndex1?: number;
  readonly numCyclesIndex2?: number;
  readonly readsTotal?: number;
  /** Reads after filtering. */
  readonly readsPfTotal?: number;
  /** Thousand millions of bases. */
  readonly yieldTotal?: number;
  /** Bases of a quality over 30. */
  readonly percentGtQ30?: number;
  readonly percentPf?: number;
  readonly percentAligned?: number;
  readonly errorRate?: number;
  readonly raw: Raw;
}

/** Whether a file's bytes are all there. */
export type UploadStatus = "undefined" | "pending" | "aborted" | "complete";

export interface FileEntry extends Resource<FileId> {
  /** Folders and name inside its sample, result or run, without a leading slash. */
  readonly path: string;
  readonly hrefContent?: string;
  /** Only of a file that came in parts. */
  readonly hrefParts?: string;
  /** Only of a BAM whose coverage BaseSpace can show. */
  readonly hrefCoverage?: string;
  /** Only of a VCF whose variants BaseSpace can search. */
  readonly hrefVariants?: string;
  readonly contentType?: string;
  readonly sizeBytes: number;
  /** In cold storage: the content cannot be read until it is restored. */
  readonly isArchived: boolean;
  readonly dateCreated: Date;
  readonly dateModified?: Date;
  /** Without quotes: an MD5 in hex, or `<hex>-<parts>` for a file that came in parts. */
  readonly etag?: string;
  /** Only in a file asked for by itself. */
  readonly uploadStatus?: UploadStatus;
  /** The sample that it belongs to; only in a file of a sample asked for by itself. */
  readonly parentSample?: Sample;
  /** The result that it belongs to; only in a file of a result asked for by itself. */
  readonly parentAppResult?: AppResult;
  /** The run that it belongs to; only in a file of a run asked for by itself. */
  readonly parentRun?: Run;
  /** The properties that came along; only in a resource asked for by itself. All of them: `…properties()`. */
  readonly properties?: readonly Property[];
}

/** A reference genome; its name is `Homo Sapiens - UCSC (hg19)`, the service's `DisplayName`. */
export interface Genome extends Resource<string> {
  readonly speciesName?: string;
  /** `UCSC`, `NCBI`, … */
  readonly source?: string;
  /** `hg19` */
  readonly build?: string;
}

/** An app of BaseSpace. */
export interface Application extends Resource<ApplicationId> {
  readonly companyName?: string;
  readonly versionNumber?: string;
  readonly shortDescription?: string;
  readonly homepageUri?: string;
  /** `Native`, `Uploader`, … */
  readonly category?: string;
  readonly dateCreated?: Date;
}

/** What a result was made of, or a session was started with. */
export interface Reference {
  /** `Using`, `Input`. */
  readonly rel: string;
  /** `Sample`, `AppResult`, … */
  readonly type: string;
  /** Of what is referred to. */
  readonly href: string;
  /** Its compact form, where the service gives it. */
  readonly content?: Raw;
}

/** Something that was thrown away and can still be restored. */
export interface TrashItem {
  readonly id: string;
  readonly name?: string;
  readonly dateDeleted?: Date;
  readonly totalSizeBytes?: number;
  readonly raw: Raw;
}

export interface BioSample extends Resource<string> {
  readonly status?: string;
  readonly labStatus?: string;
  readonly dateCreated: Date;
  readonly dateModified?: Date;
  readonly defaultProject?: Project;
  /** The properties that came along; only those asked for with `include`. All of them: `…properties()`. */
  readonly properties?: readonly Property[];
}

/** What was made of a biosample for sequencing. */
export interface Library extends Resource<string> {
  /** `Active`, …; v1 calls it State. */
  readonly status?: string;
  readonly dateModified?: Date;
  /** Told by v2 alone. */
  readonly bioSample?: BioSample;
  /** Told by v1 alone: the Id of its `BiologicalSample`. */
  readonly biologicalSampleId?: string;
  /** Told by v1 alone, where the library has one. */
  readonly index1?: LibraryIndex;
  /** Told by v1 alone, where the library has a second one. */
  readonly index2?: LibraryIndex;
}

/** What marks the reads of one library among those that were sequenced together. */
export interface LibraryIndex {
  readonly id?: string;
  readonly name?: string;
  /** Bases: `TCTCTACT`. */
  readonly sequence?: string;
  readonly raw: Raw;
}

export interface Dataset extends Resource<string> {
  readonly dateCreated: Date;
  readonly dateModified?: Date;
  readonly totalSizeBytes?: number;
  readonly isArchived: boolean;
  /** E.g. `illumina.fastq.v1.8`. */
  readonly datasetType?: string;
  readonly uploadStatus?: string;
  readonly project?: Project;
  readonly appSession?: AppSession;
  /** The v1 sample of the same reads. */
  readonly v1SampleId?: SampleId;
  /** The properties that came along; only those asked for with `include`. All of them: `…properties()`. */
  readonly properties?: readonly Property[];
}
