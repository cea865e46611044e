/*
 * What the demo shows, in order. Each command is run by bash in the folder named, exactly as it is
 * printed, so everything on the screen can be typed by the reader as well.
 */

export interface DemoStep {
  /** What to look at, in a few words; a step without one goes on with the one before. */
  readonly title?: string;
  /** Below the mount point. */
  readonly folder: string;
  readonly command: string;
  /** Lines of output to show; the rest is counted. */
  readonly maxLines: number;
}

/** What the demo shows at work, and does without where it is not installed. */
export const TOOLS: readonly string[] = ["samtools", "bcftools"];

const PROJECT = "projects/Phage lambda";
const READS = `${PROJECT}/samples/2001/files/Data/Intensities/BaseCalls`;
const ALIGNMENT = `${PROJECT}/appresults/lambda-1 alignment/files`;

const RESULTS = `${PROJECT}/appresults`;
const OURS = "First 13 kb";

/** The app result that the writing steps make, below the mount point and in words of `bsmount`. */
export const OWN_RESULT: string = `${RESULTS}/${OURS}`;

/** What a pipeline does: its results go back into an app result of its own, and read the same from there. */
export function writingSteps(): readonly DemoStep[] {
  return [...makingSteps(), ...readingBackSteps()];
}

function makingSteps(): readonly DemoStep[] {
  return [
    {
      title: "A result of one's own: samtools and bcftools write into it",
      folder: RESULTS,
      command: `mkdir '${OURS}' && ls`,
      maxLines: 8,
    },
    {
      folder: `${RESULTS}/lambda-1 alignment/files`,
      command: `samtools view -b lambda-1.bam NC_001416.1:1-13000 | samtools sort -o '../../${OURS}/files/region.bam' -`,
      maxLines: 2,
    },
    {
      folder: `${RESULTS}/lambda-1 alignment/files`,
      command: `bcftools view -Oz -r NC_001416.1:1-13000 -o '../../${OURS}/files/region.vcf.gz' lambda-1.vcf.gz`,
      maxLines: 2,
    },
    {
      folder: `${RESULTS}/${OURS}/files`,
      command: "samtools index region.bam",
      maxLines: 2,
    },
    {
      folder: `${RESULTS}/${OURS}/files`,
      command: "cp ../../Reference/files/lambda.fa . && ls -l",
      maxLines: 6,
    },
  ];
}

function readingBackSteps(): readonly DemoStep[] {
  return [
    {
      title: "Read back: the same",
      folder: RESULTS,
      command: `cmp Reference/files/lambda.fa '${OURS}/files/lambda.fa' && echo same`,
      maxLines: 1,
    },
    {
      folder: `${RESULTS}/${OURS}/files`,
      command: "samtools quickcheck -v region.bam && echo whole",
      maxLines: 1,
    },
    {
      folder: `${RESULTS}/${OURS}/files`,
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
