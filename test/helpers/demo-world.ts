import { MemoryCatalog, entityOf, fileOf } from "./memory-catalog.ts";

/** A small account: two projects, samples, results and a run, with files that show most naming rules. */
export function demoWorld(): MemoryCatalog {
  return new MemoryCatalog()
    .list("projects", [
      entityOf("project", 1, "Demo", { raw: { Id: "1", Name: "Demo" } }),
      entityOf("project", 2, "Demo"),
      entityOf("project", 3, "A/B"),
    ])
    .list("projects/1/samples", [
      entityOf("sample", 10, "NA12878"),
      entityOf("sample", 11, "NA12878"),
      entityOf("sample", 12, "tumor"),
    ])
    .list("projects/1/appresults", [entityOf("appresult", 20, "Calls", { status: "Running" })])
    .list("runs", [entityOf("run", 30, "180101_M1")])
    .put("sample 10", [
      fileOf(100, "Data/Intensities/BaseCalls/S1_R1_001.fastq.gz", { sizeBytes: 1000 }),
      fileOf(101, "Data/Intensities/BaseCalls/S1_R2_001.fastq.gz", { sizeBytes: 1001 }),
      fileOf(102, "readme.txt"),
    ])
    .put("appresult 20", [
      fileOf(200, "calls.vcf.gz"),
      fileOf(201, "calls.vcf.gz"),
      fileOf(202, "old.bam", { isArchived: true }),
    ])
    .put("run 30", [fileOf(300, "RunInfo.xml"), fileOf(301, "InterOp/QMetricsOut.bin")]);
}
