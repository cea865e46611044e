/*
 * Begin here: `v2/` has the JSON of v2's resources, one file for each noun; this one refers to most of the others.
 * `href.ts` makes addresses, `by-href.ts` resolves those in properties (`properties.ts`). `controllers/v2/` calls
 * them.
 */

import type { Sample } from "../../state/entities.ts";
import { filesParent } from "../../state/files-parent.ts";
import type { Dataset } from "../../state/v2-entities.ts";
import { type Json, type View, withExtra } from "../view.ts";
import { appSessionV2 } from "./app-session.ts";
import { datasetType } from "./dataset-type.ts";
import { v2Href } from "./href.ts";
import { projectV2 } from "./project.ts";
import { userV2 } from "./user.ts";

/** `properties` is set if the request includes it. */
export function datasetV2(view: View, dataset: Dataset, properties?: Json): Json {
  const href = v2Href(view, "datasets", dataset.id);
  return withExtra(dataset, {
    Id: dataset.id,
    Href: href,
    HrefFiles: `${href}/files`,
    Name: dataset.name,
    DateCreated: dataset.dateCreated,
    DateModified: dataset.dateModified,
    AppSession: appSessionV2(view, view.state.need("appsessions", dataset.appSessionId)),
    Project: projectV2(view, view.state.need("projects", dataset.projectId)),
    TotalSize: datasetSize(view, dataset),
    IsArchived: dataset.isArchived,
    UserOwnedBy: userV2(view, dataset.ownerId),
    DatasetType: datasetType(view, dataset.typeId),
    Attributes: { ...readAttributes(view, dataset), ...dataset.attributes },
    Properties: properties,
    QcStatus: dataset.qcStatus,
    QcStatusSummary: "No thresholds were evaluated",
    UploadStatus: dataset.uploadStatus,
    UploadStatusSummary: "",
    ValidationStatus: "Passed",
    V1pre3Id: dataset.sampleId === undefined ? undefined : `sample.${dataset.sampleId}`,
    HrefComments: `${href}/comments`,
    ContainsComments: false,
  });
}

/** The total size of the dataset's files, which may be those of a sample, in bytes. */
export function datasetSize({ state }: View, dataset: Dataset): number {
  return state.indexes.totalSize(filesParent(dataset));
}

/** The read counts of a dataset that represents a sample. */
function readAttributes({ state }: View, { sampleId }: Dataset): Json {
  const sample = sampleId === undefined ? undefined : state.get("samples", sampleId);
  return sample === undefined ? {} : { common_fastq: readCounts(sample) };
}

function readCounts(sample: Sample): Json {
  const perCluster = sample.isPairedEnd ? 2 : 1;
  return {
    MaxLengthRead1: sample.read1,
    MaxLengthRead2: sample.read2,
    IsPairedEnd: sample.isPairedEnd,
    TotalClustersPF: sample.numReadsPF,
    TotalClustersRaw: sample.numReadsRaw,
    TotalReadsPF: sample.numReadsPF * perCluster,
    TotalReadsRaw: sample.numReadsRaw * perCluster,
    MaxLengthIndexRead1: 0,
    MaxLengthIndexRead2: 0,
  };
}
