import type { Entity, WithProperties } from "./entity.ts";

/* What only v2 knows. */

/** What was sequenced, as v2 sees it. */
export interface BioSample extends WithProperties {
  readonly ownerId: string;
  readonly name: string;
  readonly defaultProjectId: string;
  readonly status: string;
  readonly labStatus: string;
  readonly dateCreated: string;
  readonly dateModified: string;
}

/** What was made of a biosample for sequencing. */
export interface Library extends WithProperties {
  readonly ownerId: string;
  readonly name: string;
  readonly bioSampleId: string;
  readonly projectId: string;
  readonly status: string;
  readonly dateCreated: string;
  readonly dateModified: string;
}

/** Files that belong together, as v2 sees them. */
export interface Dataset extends WithProperties {
  readonly projectId: string;
  readonly ownerId: string;
  readonly appSessionId: string;
  readonly name: string;
  /** `illumina.fastq.v1.8` */
  readonly typeId: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** It is this sample of v1, and its files are the sample's. */
  readonly sampleId?: string;
  readonly qcStatus: string;
  readonly uploadStatus: string;
  readonly isArchived: boolean;
  readonly dateCreated: string;
  readonly dateModified: string;
}

/** Something that was deleted and can still be restored. */
export interface TrashItem extends Entity {
  readonly userId: string;
  readonly sessionId: string;
  readonly name: string;
  readonly sizeBytes: number;
  readonly dateDeleted: string;
  /** All that went with it. */
  readonly contents: readonly TrashedEntity[];
}

export interface TrashedEntity {
  readonly table: "appsessions" | "samples" | "appresults" | "datasets" | "files";
  readonly id: string;
}
