import type { Sample } from "../state/entities.ts";
import { genomeCompact } from "./genome.ts";
import { sampleLibrary } from "./library.ts";
import { userCompact } from "./user.ts";
import { type Json, type View, withExtra } from "./view.ts";

export function sampleCompact(view: View, sample: Sample): Json {
  return withExtra(sample, {
    ...identityKeys(view, sample),
    ...libraryKeys(view, sample),
    Read1: sample.read1,
    Read2: sample.read2,
    NumReadsPF: sample.numReadsPF,
    NumReadsRaw: sample.numReadsRaw,
    ...countKeys(sample),
    IsPairedEnd: sample.isPairedEnd,
  });
}

export function identityKeys(view: View, sample: Sample): Json {
  const session = view.state.need("appsessions", sample.appSessionId);
  return {
    Id: sample.id,
    Href: `v1pre3/samples/${sample.id}`,
    IsMerged: sample.isMerged,
    UserOwnedBy: userCompact(view, sample.ownerId),
    Name: sample.name,
    ExperimentName: sample.experimentName,
    SampleId: sample.sampleId,
    Status: session.status,
    StatusSummary: session.statusSummary,
    DateCreated: sample.dateCreated,
    TotalSize: view.state.indexes.totalSize({ noun: "samples", id: sample.id }),
  };
}

export function libraryKeys(view: View, sample: Sample): Json {
  return { Library: sampleLibrary(view, sample), Genome: genomeCompact(sample.genomeId) };
}

/** `Num…` counts a pair of reads once, `Total…` counts each read. */
export function countKeys(sample: Sample): Json {
  const perCluster = sample.isPairedEnd ? 2 : 1;
  return {
    TotalReadsRaw: sample.numReadsRaw * perCluster,
    TotalReadsPF: sample.numReadsPF * perCluster,
    TotalClustersRaw: sample.numReadsRaw,
    TotalClustersPF: sample.numReadsPF,
  };
}
