import { expect } from "vitest";
import { runShell } from "./run-command.ts";

/** The samples of the demo's first project, each with one lane. */
export const NAMES: readonly string[] = ["lambda-1", "lambda-2"];

/** What all reads of commercial lambda DNA show. */
const STRAIN = ["37589 C T", "37742 C T", "43082 G A", "45352 G A"];

/** The lines that a command prints in `folder`; it must succeed and print no error. */
export async function said(command: string, folder: string): Promise<readonly string[]> {
  const { code, stdout, stderr } = await runShell(command, folder);
  expect([code, stderr]).toEqual([0, ""]);
  return stdout.trimEnd().split("\n");
}

const QUERY = "bcftools query -f '%POS %REF %ALT\\n'";

/**
 * The variants of each sample are those that the demo's own analysis has found, and the indexes work. `results` is the
 * folder of the results, `demo` a copy of the demo's files.
 */
export async function expectResults(results: string, demo: string): Promise<void> {
  for (const name of NAMES) {
    const calls = await said(`${QUERY} ${name}.vcf.gz`, results);
    expect(calls).toEqual(expect.arrayContaining(STRAIN));
    const analysis = `${demo}/projects/Phage lambda/appresults/${name} alignment/files`;
    expect(calls).toEqual(await said(`${QUERY} ${name}.vcf.gz`, analysis));
    const late = `${QUERY} -r NC_001416.1:37590-45352 ${name}.vcf.gz`;
    expect(await said(late, results)).toEqual(calls.filter((call) => isLate(call)));
    const region = `samtools view -c ${name}.bam NC_001416.1:20000-20100`;
    const scan = `samtools view ${name}.bam | awk '$4 <= 20100 && $4 + 200 > 20000' | wc -l`;
    const inRegion = Number((await said(region, results))[0]);
    expect(inRegion).toBeGreaterThan(10);
    expect(inRegion).toBeLessThanOrEqual(Number((await said(scan, results))[0]));
    expect(await said(`samtools quickcheck -v ${name}.bam; echo fine`, results)).toEqual(["fine"]);
    expect(await said(`head -1 ${name}-statistics/alignment.txt`, results)).toEqual([
      expect.stringMatching(/^36\d\d \+ 0 in total/),
    ]);
  }
}

function isLate(call: string): boolean {
  const position = Number(call.split(" ")[0]);
  return position >= 37_590 && position <= 45_352;
}
