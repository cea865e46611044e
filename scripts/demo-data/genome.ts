import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

/** One sequence of upper-case A, C, G and T. */
export interface Genome {
  readonly name: string;
  readonly description: string;
  readonly sequence: string;
}

/** Reads the first sequence of a FASTA file, plain or gzip'ed. */
export function readFasta(file: string): Genome {
  const bytes = readFileSync(file);
  const text = (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString("latin1");
  const [header = "", ...lines] = text.trimEnd().split("\n");
  // Older files of NCBI name a sequence "gi|9626243|ref|NC_001416.1|".
  const [label = "", ...words] = header.replace(/^>/, "").split(" ");
  const name = label.split("|").find((part) => /^N[CTMR]_/.test(part)) ?? label;
  const sequence = lines.join("").toUpperCase();
  if (!/^[ACGT]+$/.test(sequence))
    throw new Error(`${file} is not one FASTA sequence of A, C, G, T`);
  return { name, description: words.join(" "), sequence };
}

/** Makes FASTA with lines of 60 bases, and the index that `samtools faidx` would make of it. */
export function renderFasta(genome: Genome): { readonly fasta: string; readonly fai: string } {
  const header = `>${genome.name} ${genome.description}\n`;
  const lines = genome.sequence.replaceAll(/.{1,60}/g, "$&\n");
  const fai = [genome.name, genome.sequence.length, header.length, 60, 61].join("\t");
  return { fasta: header + lines, fai: `${fai}\n` };
}

/** Complements by character code, so that millions of reads take only seconds. */
const COMPLEMENT = Buffer.alloc(256, "N");
for (const [base, complement] of ["AT", "CG", "GC", "TA"].map((pair) => Buffer.from(pair))) {
  COMPLEMENT[base ?? 0] = complement ?? 0;
}

export function reverseComplement(sequence: string): string {
  const reversed = Buffer.alloc(sequence.length);
  for (let at = 0; at < reversed.length; at += 1) {
    reversed[at] = COMPLEMENT[sequence.charCodeAt(sequence.length - 1 - at)] ?? 0;
  }
  return reversed.toString("latin1");
}
