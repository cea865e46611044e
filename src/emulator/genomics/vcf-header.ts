import VCFParser, { type MetaMap } from "@gmod/vcf";
import type { BoundedObject } from "./object-handle.ts";
import { scanLines } from "./vcf-scan.ts";

/** Far more than the contigs of any genome need. */
const MAX_HEADER_LENGTH = 16 * 1024 * 1024;

/** The sections whose entries the library knows without a header. */
const RESERVED: Readonly<Record<string, unknown>> = new VCFParser({
  header: "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO",
}).getMetadata();

/** The header of a VCF file. */
export interface VcfHeader {
  /** The lines up to and with `#CHROM`, each with its end. */
  readonly text: string;
  /** What lines such as `##reference=x` say. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Names of samples, in the order of their columns. */
  readonly samples: readonly string[];
  /** `INFO`, `FORMAT`, `contig`, …: what lines such as `##INFO=<ID=DP,…>` say, by section and ID. */
  readonly legends: Readonly<Record<string, MetaMap>>;
}

/** Reads the header. @throws Error for a file that does not begin with one */
export async function readVcfHeader(file: BoundedObject): Promise<VcfHeader> {
  const text = await headerText(file);
  // The library would write an entry of this name into the prototype of all objects.
  const safe = text.replace(/^##__proto__=.*$/gm, "");
  const parser = new VCFParser({ header: safe, strict: false });
  const metadata: Record<string, string> = {};
  const legends: Record<string, MetaMap> = {};
  for (const [name, value] of Object.entries(parser.getMetadata())) {
    if (typeof value === "string") metadata[name] = value;
    else if (value !== undefined) legends[name] = ownEntries(name, value as MetaMap);
  }
  return { text, metadata, samples: parser.samples, legends };
}

/** The entries of a section without those that the library has added. */
function ownEntries(name: string, section: MetaMap): MetaMap {
  const reserved = (RESERVED[name] ?? {}) as MetaMap;
  return Object.fromEntries(
    Object.entries(section).filter(([id, entry]) => entry !== reserved[id]),
  );
}

async function headerText(file: BoundedObject): Promise<string> {
  const header: string[] = [];
  let length = 0;
  for await (const lines of scanLines(file)) {
    for (const line of lines) {
      if (!line.startsWith("#")) throw new Error("its header does not end with #CHROM");
      length += line.length + 1;
      if (length > MAX_HEADER_LENGTH) throw new Error("its header is too long");
      header.push(`${line}\n`);
      if (line.startsWith("#CHROM\t")) return header.join("");
    }
  }
  throw new Error("its header does not end with #CHROM");
}
