import type { Run } from "../state/entities.ts";
import type { Json } from "./view.ts";

/** The statistics of a run with one lane: the cycles are the run's, all other figures are fixed. */
export function sequencingStats(run: Run): Json {
  const [read1, read2, index1, index2] = run.cycles;
  const cycles = read1 + read2 + index1 + index2;
  return {
    Chemistry: "Amplicon",
    ErrorRate: 0,
    ErrorRateR1: 0,
    ErrorRateR2: 0,
    Href: `v1pre3/runs/${run.id}/sequencingstats`,
    IntensityCycle1: 400,
    IsIndexed: index1 > 0,
    MaxCycleCalled: cycles,
    MaxCycleExtracted: cycles,
    MaxCycleScored: cycles,
    MinCycleCalled: cycles,
    MinCycleExtracted: cycles,
    MinCycleScored: cycles,
    NonIndexedErrorRate: 0,
    NonIndexedIntensityCycle1: 400,
    NonIndexedPercentAligned: 0,
    NonIndexedPercentGtQ30: 90,
    NonIndexedProjectedTotalYield: 1,
    NonIndexedYieldTotal: 1,
    NumCyclesIndex1: index1,
    NumCyclesIndex2: index2,
    NumCyclesRead1: read1,
    NumCyclesRead2: read2,
    NumLanes: 1,
    NumReads: run.cycles.filter((count) => count > 0).length,
    NumSurfaces: 2,
    NumSwathsPerLane: 1,
    NumTilesPerSwath: 19,
    ...yieldKeys(),
  };
}

function yieldKeys(): Json {
  return {
    PercentAligned: 0,
    PercentGtQ30: 90,
    PercentGtQ30R1: 92,
    PercentGtQ30R2: 88,
    PercentGtQ30Last10Cycles: 0,
    PercentPf: 0.9,
    PercentResynthesis: 97,
    PhasingR1: 0.2,
    PhasingR2: 0.2,
    PrePhasingR1: 0.1,
    PrePhasingR2: 0.1,
    ProjectedTotalYield: 1,
    ReadsPfTotal: 36_000_000,
    ReadsTotal: 40_000_000,
    YieldTotal: 1,
    Clusters: 10_000_000,
    ClustersPf: 9_000_000,
    ClusterDensity: 0,
    Occupancy: 0,
  };
}
