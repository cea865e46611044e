/*
 * The steps of the demo, in order. Bash runs each command in the given folder exactly as it is printed, so that the
 * reader can type it as well.
 */

export interface DemoStep {
  /** A heading in a few words; a step without one belongs to the step before. */
  readonly title?: string;
  /** Below the mount point. */
  readonly folder: string;
  readonly command: string;
  /** Lines of output to print; the others are counted. */
  readonly maxLines: number;
}

/** Tools that the demo uses, and whose steps it skips when they are not installed. */
export const TOOLS: readonly string[] = ["samtools", "bcftools"];

const PROJECT = "projects/Phage lambda";
const READS = `${PROJECT}/samples/2001/files/Data/Intensities/BaseCalls`;
const ALIGNMENT = `${PROJECT}/appresults/lambda-1 alignment/files`;

const RESULTS = `${PROJECT}/appresults`;
const NEW_RESULT = "First 13 kb";

/** The app result that the writing steps make, as a path below the mount point. */
export const NEW_RESULT_PATH: string = `${RESULTS}/${NEW_RESULT}`;

/** Steps of a pipeline: write results into a new app result, and read them back. */
export function writingSteps(): readonly DemoStep[] {
  return [...makingSteps(), ...readingBackSteps()];
}

function makingSteps(): readonly DemoStep[] {
  return [
    {
      title: "A new result: samtools and bcftools write into it",
      folder: RESULTS,
      command: `mkdir '${NEW_RESULT}' && ls`,
      maxLines: 8,
    },
    {
      folder: `${RESULTS}/lambda-1 alignment/files`,
      command: `samtools view -b lambda-1.bam NC_001416.1:1-13000 | samtools sort -o '../../${NEW_RESULT}/files/region.bam' -`,
      maxLines: 2,
    },
    {
      folder: `${RESULTS}/lambda-1 alignment/files`,
      command: `bcftools view -Oz -r NC_001416.1:1-13000 -o '../../${NEW_RESULT}/files/region.vcf.gz' lambda-1.vcf.gz`,
      maxLines: 2,
    },
    {
      folder: `${RESULTS}/${NEW_RESULT}/files`,
      command: "samtools index region.bam",
      maxLines: 2,
    },
    {
      folder: `${RESULTS}/${NEW_RESULT}/files`,
      command: "cp ../../Reference/files/lambda.fa . && ls -l",
      maxLines: 6,
    },
  ];
}

function readingBackSteps(): readonly DemoStep[] {
  return [
    {
      title: "Reading it back",
      folder: RESULTS,
      command: `cmp Reference/files/lambda.fa '${NEW_RESULT}/files/lambda.fa' && echo same`,
      maxLines: 1,
    },
    {
      folder: `${RESULTS}/${NEW_RESULT}/files`,
      command: "samtools quickcheck -v region.bam && echo complete",
      maxLines: 1,
    },
    {
      folder: `${RESULTS}/${NEW_RESULT}/files`,
      command: "bcftools view -H region.vcf.gz | cut -f 1-6",
      maxLines: 4,
    },
  ];
}

/** @param md5sums the file of known sums; the demo data come with it */
export function demoSteps(md5sums: string): readonly DemoStep[] {
  return [
    { title: "A sample's reads, by its Id", folder: READS, command: "ls -l", maxLines: 6 },
    {
      title: "The first read: only the beginning of the file is fetched",
      folder: READS,
      command: "zcat *_R1_001.fastq.gz | head -4 | cut -c 1-76",
      maxLines: 4,
    },
    { title: "A result: alignment and variants", folder: ALIGNMENT, command: "ls -l", maxLines: 6 },
    {
      title: "Reads of one region: index, then the blocks it names",
      folder: ALIGNMENT,
      command: "samtools view lambda-1.bam NC_001416.1:21000-21040 | cut -f 1-6",
      maxLines: 4,
    },
    {
      title: "The whole alignment, counted",
      folder: ALIGNMENT,
      command: "samtools flagstat lambda-1.bam",
      maxLines: 20,
    },
    {
      title: "Variants of one region",
      folder: ALIGNMENT,
      command: "bcftools view -H -r NC_001416.1:1-20000 lambda-1.vcf.gz | cut -f 1-6",
      maxLines: 5,
    },
    {
      title: "Every byte of every file, against the known sums",
      folder: "",
      command: `md5sum --check ${md5sums} | grep -c OK`,
      maxLines: 5,
    },
  ];
}
