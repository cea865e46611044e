import type { Entity, WithProperties } from "./entity.ts";

/* The entities that only v2 shows. */

/** A biosample: the material that was sequenced. */
export interface BioSample extends WithProperties {
  readonly ownerId: string;
  readonly name: string;
  readonly defaultProjectId: string;
  readonly status: string;
  readonly labStatus: string;
  readonly dateCreated: string;
  readonly dateModified: string;
}

/** A library: what was prepared from a biosample for sequencing. */
export interface Library extends WithProperties {
  readonly ownerId: string;
  readonly name: string;
  readonly bioSampleId: string;
  readonly projectId: string;
  readonly status: string;
  readonly dateCreated: string;
  readonly dateModified: string;
}

/** A dataset: files that belong together. */
export interface Dataset extends WithProperties {
  readonly projectId: string;
  readonly ownerId: string;
  readonly appSessionId: string;
  readonly name: string;
  /** `illumina.fastq.v1.8` */
  readonly typeId: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** The v1 sample that the dataset represents; its files are the sample's. */
  readonly sampleId?: string;
  readonly qcStatus: string;
  readonly uploadStatus: string;
  readonly isArchived: boolean;
  readonly dateCreated: string;
  readonly dateModified: string;
}

/** A deleted session that can still be restored. */
export interface TrashItem extends Entity {
  readonly userId: string;
  readonly sessionId: string;
  readonly name: string;
  readonly sizeBytes: number;
  readonly dateDeleted: string;
  /** All entities that were deleted together. */
  readonly contents: readonly TrashedEntity[];
}

export interface TrashedEntity {
  readonly table: "appsessions" | "samples" | "appresults" | "datasets" | "files";
  readonly id: string;
}
