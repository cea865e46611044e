import { startIdleProcesses } from "../rig/idle-processes.ts";
import {
  againInOwnPidNamespace,
  isInOwnPidNamespace,
  pidMax,
  setNextPid,
} from "../rig/own-pid-namespace.ts";
import { formatBytes } from "../../../src/core/units.ts";
import { alignColumns } from "../report.ts";
import type { BusyOptions } from "../options.ts";
import { rotate } from "../rotate.ts";
import { median } from "../statistics.ts";
import { takeSample } from "./bench-writes.ts";
import { mountedWriter } from "./mounted-writer.ts";
import { type Stage, withWriteStage } from "./stage.ts";
import { busyWorkloads, type Workload } from "./workload.ts";

/*
 * At each close a mount finds out who else has the file open for writing. That has to cost the same however many
 * processes a machine runs, and when their numbers have begun anew.
 */

/** Numbers of the idle processes: not the first ones, so that those after the wrap are below them. */
const IDLE_FROM = 5000;
/** The numbers begin anew after so many more. */
const BEFORE_WRAP = 20;

interface Condition {
  readonly name: string;
  readonly idle: number;
  readonly wraps: boolean;
}

export interface BusySample {
  readonly condition: string;
  readonly seconds: number;
  readonly cpuMsPerClose: number;
}

export interface BusyOutcome {
  readonly name: string;
  readonly title: string;
  readonly count: number;
  readonly fileBytes: number;
  readonly rounds: readonly (readonly BusySample[])[];
}

/** Runs `report` with the outcome of each workload. @throws Error without root, which process numbers need */
export async function benchBusy(
  options: BusyOptions,
  signal: AbortSignal,
  report: (outcome: BusyOutcome) => Promise<void>,
): Promise<void> {
  if (process.getuid?.() !== 0) {
    throw new Error("cannot set process numbers: only root can; run this benchmark as root");
  }
  if (!isInOwnPidNamespace()) {
    process.exitCode = await againInOwnPidNamespace();
    return;
  }
  const conditions: readonly Condition[] = [
    { name: "few processes", idle: 0, wraps: false },
    { name: `${options.processes} more`, idle: options.processes, wraps: false },
    { name: `${options.processes} more, wrapped`, idle: options.processes, wraps: true },
  ];
  for (const workload of busyWorkloads(options)) {
    if (options.only.length > 0 && !options.only.includes(workload.name)) continue;
    await report(await benchWorkload(workload, { ...options, conditions }, signal));
  }
}

async function benchWorkload(
  workload: Workload,
  { rounds: count, conditions }: BusyOptions & { readonly conditions: readonly Condition[] },
  signal: AbortSignal,
): Promise<BusyOutcome> {
  return await withWriteStage(workload, signal, async (stage) => {
    await takeSample(mountedWriter, stage, signal);
    const rounds: BusySample[][] = [];
    for (let round = 0; round < count; round += 1) {
      const samples: BusySample[] = [];
      for (const condition of rotate(conditions, round)) {
        samples.push(await takeBusySample(condition, stage, signal));
      }
      rounds.push(samples);
      console.error(`${workload.name} round ${round + 1} of ${count}`);
    }
    const { name, title, fileBytes } = workload;
    return { name: `busy-${name}`, title, count: workload.count, fileBytes, rounds };
  });
}

async function takeBusySample(
  { name, idle, wraps }: Condition,
  stage: Stage,
  signal: AbortSignal,
): Promise<BusySample> {
  setNextPid(IDLE_FROM);
  await using _idle = await startIdleProcesses(idle, signal);
  const beforeWriting = (): void => setNextPid(wraps ? pidMax() - BEFORE_WRAP : IDLE_FROM * 2);
  const { seconds, cpuSeconds } = await takeSample(mountedWriter, stage, signal, beforeWriting);
  return {
    condition: name,
    seconds,
    cpuMsPerClose: (cpuSeconds * 1000) / stage.cargo.workload.count,
  };
}

/** A line per condition: medians, and the ratio to few processes. */
export function renderBusyTable({ title, count, fileBytes, rounds }: BusyOutcome): string {
  const samples = rounds.flat();
  const names = [...new Set(rounds.flatMap((round) => round.map((sample) => sample.condition)))];
  const middle = (name: string, value: (sample: BusySample) => number): number =>
    median(samples.filter(({ condition }) => condition === name).map(value));
  const few = middle("few processes", (sample) => sample.cpuMsPerClose);
  const rows = names.toSorted().map((name) => {
    const cpu = middle(name, (sample) => sample.cpuMsPerClose);
    const seconds = middle(name, (sample) => sample.seconds);
    return [name, seconds.toFixed(2), cpu.toFixed(2), (cpu / few).toFixed(2)];
  });
  const lines = alignColumns([["", "seconds", "CPU ms a close", "÷ few"], ...rows]);
  const heading = `${title}: ${count} × ${formatBytes(fileBytes)}, medians of ${rounds.length} rounds`;
  return ["", heading, ...lines, ""].join("\n");
}
