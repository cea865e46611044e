import { formatBytes } from "../../../src/core/units.ts";
import { alignColumns } from "../report.ts";
import { median } from "../statistics.ts";
import type { WriteOutcome, WriteSample } from "./bench-writes.ts";

/** A line per contestant: medians, and the median of the ratios within each round. */
export function renderWriteTable(outcome: WriteOutcome): string {
  const { title, count, fileBytes, rounds } = outcome;
  const names = [...new Set(rounds.flat().map((sample) => sample.contestant))].toSorted();
  const header = [
    "",
    "seconds",
    "MB/s",
    "files/s",
    "÷ raw",
    "CPU s",
    "peak RSS",
    "requests",
    "written ÷ bytes",
  ];
  const lines = alignColumns([header, ...names.map((name) => row(name, outcome))]);
  const heading = `${title}: ${count} × ${formatBytes(fileBytes)}, medians of ${rounds.length} rounds`;
  return ["", heading, ...lines, ""].join("\n");
}

function row(name: string, { rounds, count, fileBytes }: WriteOutcome): string[] {
  const samples = rounds.flatMap((round) => round.filter(({ contestant }) => contestant === name));
  const middle = (value: (sample: WriteSample) => number): number => median(samples.map(value));
  const written = middle((sample) => sample.writtenBytes);
  const rss = middle((sample) => sample.peakRssBytes);
  return [
    name,
    middle(({ seconds }) => seconds).toFixed(2),
    middle(({ seconds }) => (count * fileBytes) / seconds / 1e6).toFixed(0),
    middle(({ seconds }) => count / seconds).toFixed(count === 1 ? 2 : 0),
    median(rounds.flatMap((round) => ratio(name, round))).toFixed(2),
    middle((sample) => sample.cpuSeconds).toFixed(2),
    rss === 0 ? "–" : formatBytes(rss),
    middle((sample) => sample.requests).toFixed(0),
    written === 0 ? "–" : (written / (count * fileBytes)).toFixed(2),
  ];
}

/** How fast `name` was beside raw in the same round. */
function ratio(name: string, round: readonly WriteSample[]): number[] {
  const own = round.find(({ contestant }) => contestant === name)?.seconds;
  const raw = round.find(({ isRaw }) => isRaw)?.seconds;
  return own === undefined || raw === undefined ? [] : [raw / own];
}
