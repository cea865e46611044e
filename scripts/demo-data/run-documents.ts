import type { Plan } from "./plan.ts";
import { instrument } from "./run-facts.ts";

interface Cycles {
  readonly read1: number;
  readonly index: number;
  readonly read2: number;
}

/** RunInfo.xml: the cycles of each read, and the layout of the flow cell. */
export function runInfo(
  shape: { readonly lanes: number; readonly tilesPerLane: number },
  cycles: Cycles,
): string {
  const reads: [number, string][] = [
    [cycles.read1, "N"],
    [cycles.index, "Y"],
    [cycles.read2, "N"],
  ];
  const readLines = reads.map(
    ([count, isIndexed], at) =>
      `      <Read Number="${at + 1}" NumCycles="${count}" IsIndexedRead="${isIndexed}" />`,
  );
  return [
    `<?xml version="1.0"?>`,
    `<RunInfo Version="2">`,
    `  <Run Id="${instrument.runName}" Number="${instrument.runNumber}">`,
    `    <Flowcell>${instrument.flowcell}</Flowcell>`,
    `    <Instrument>${instrument.serialNumber}</Instrument>`,
    `    <Date>240118</Date>`,
    `    <Reads>`,
    ...readLines,
    `    </Reads>`,
    `    <FlowcellLayout LaneCount="${shape.lanes}" SurfaceCount="2" SwathCount="1" TileCount="${Math.ceil(shape.tilesPerLane / 2)}" />`,
    `  </Run>`,
    `</RunInfo>`,
    ``,
  ].join("\n");
}

/** RunParameters.xml: the reagents and the versions of the programs. */
export function runParameters(cycles: Cycles): string {
  const values: [string, string | number][] = [
    ["RunID", instrument.runName],
    ["ScannerID", instrument.serialNumber],
    ["RunNumber", instrument.runNumber],
    ["FPGAVersion", "9.5.12"],
    ["RTAVersion", "1.18.54"],
    ["Chemistry", "Default"],
    ["Barcode", instrument.flowcell],
    ["Read1", cycles.read1],
    ["IndexRead1", cycles.index],
    ["Read2", cycles.read2],
    ["ExperimentName", "Lambda library check"],
    ["Workflow", "GenerateFASTQ"],
  ];
  const lines = values.map(([name, value]) => `  <${name}>${value}</${name}>`);
  return [`<?xml version="1.0"?>`, `<RunParameters>`, ...lines, `</RunParameters>`, ``].join("\n");
}

/** SampleSheet.csv: the index of each sample. */
export function sampleSheet(plan: Plan, cycles: Cycles): string {
  const samples = plan.samples.map(({ name, index }, at) => {
    const well = `A${String(at + 1).padStart(2, "0")}`;
    return `${name},${name},Plate1,${well},I${at + 1},${index},Phage lambda,`;
  });
  return [
    "[Header]",
    "IEMFileVersion,4",
    "Experiment Name,Lambda library check",
    "Date,1/18/2024",
    "Workflow,GenerateFASTQ",
    "Chemistry,Default",
    "",
    "[Reads]",
    cycles.read1,
    cycles.read2,
    "",
    "[Data]",
    "Sample_ID,Sample_Name,Sample_Plate,Sample_Well,I7_Index_ID,index,Sample_Project,Description",
    ...samples,
    "",
  ].join("\r\n");
}
