import { arch, cpus, release } from "node:os";
import { formatBytes } from "../../src/core/units.ts";
import type { Outcome, Sample } from "./sequential-read.ts";
import { median } from "./statistics.ts";

/** What the numbers were measured on. */
export function describeMachine(): Record<string, string | number> {
  const processors = cpus();
  return {
    processors: processors.length,
    model: processors[0]?.model ?? "unknown",
    architecture: arch(),
    kernel: release(),
    node: process.version,
  };
}

/** A line per contestant: medians, and medians of the ratios within each round. */
export function renderTable({ title, sizeBytes, rounds }: Outcome): string {
  const names = [...new Set(rounds.flat().map((sample) => sample.contestant))].toSorted();
  const header = ["", "MB/s", "÷ raw", "÷ rclone", "CPU s", "peak RSS", "requests", "fetched÷read"];
  const rows = names.map((name) => row(name, rounds, sizeBytes));
  const lines = alignColumns([header, ...rows]);
  const heading = `${title}: ${formatBytes(sizeBytes)}, medians of ${rounds.length} rounds`;
  return ["", heading, ...lines, ""].join("\n");
}

function row(name: string, rounds: Outcome["rounds"], sizeBytes: number): string[] {
  const samples = rounds.flatMap((round) => round.filter(({ contestant }) => contestant === name));
  const middle = (value: (sample: Sample) => number): number => median(samples.map(value));
  const rss = middle((sample) => sample.peakRssBytes);
  return [
    name,
    middle((sample) => sample.megabytesPerSecond).toFixed(0),
    ratio(rounds, name, fastestRaw),
    ratio(rounds, name, rclone),
    middle((sample) => sample.cpuSeconds).toFixed(2),
    rss === 0 ? "–" : formatBytes(rss),
    middle((sample) => sample.requests).toFixed(0),
    (middle((sample) => sample.bytesFetched) / sizeBytes).toFixed(2),
  ];
}

/** How fast `name` was beside the control of the same round. */
function ratio(
  rounds: Outcome["rounds"],
  name: string,
  control: (round: readonly Sample[]) => number | undefined,
): string {
  const ratios = rounds.flatMap((round) => {
    const own = round.find(({ contestant }) => contestant === name)?.megabytesPerSecond;
    const other = control(round);
    return own === undefined || other === undefined ? [] : [own / other];
  });
  return ratios.length === 0 ? "–" : median(ratios).toFixed(2);
}

function fastestRaw(round: readonly Sample[]): number | undefined {
  const speeds = round.filter(({ isRaw }) => isRaw).map((sample) => sample.megabytesPerSecond);
  return speeds.length === 0 ? undefined : Math.max(...speeds);
}

function rclone(round: readonly Sample[]): number | undefined {
  return round.find(({ contestant }) => contestant === "rclone mount")?.megabytesPerSecond;
}

/** The first column stands left, numbers stand right. */
export function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const width = (at: number): number => Math.max(...rows.map((row) => row[at]?.length ?? 0));
  return rows.map((row) =>
    row
      .map((cell, at) => (at === 0 ? cell.padEnd(width(at)) : cell.padStart(width(at))))
      .join("  "),
  );
}
