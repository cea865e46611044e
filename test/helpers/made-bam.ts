import { crc32, deflateRawSync } from "node:zlib";

/* BAM files and their indexes byte by byte, also such as no program writes. */

/** A block of BGZF; `claimed` is the length that its footer claims. */
export function bgzfBlock(data: Uint8Array, claimed: number = data.length): Buffer {
  const packed = deflateRawSync(data);
  const head = Buffer.from("1f8b08040000000000ff0600424302000000", "hex");
  head.writeUInt16LE(head.length + packed.length + 8 - 1, 16);
  const foot = Buffer.alloc(8);
  foot.writeUInt32LE(crc32(data), 0);
  foot.writeUInt32LE(claimed, 4);
  return Buffer.concat([head, packed, foot]);
}

/** The end of a BGZF file. */
export const BGZF_END: Buffer = Buffer.from(
  "1f8b08040000000000ff0600424302001b0003000000000000000000",
  "hex",
);

export function int32s(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeInt32LE(value | 0, 4 * index);
  return bytes;
}

/** The header of a BAM file with one chromosome. */
export function bamHeader(chromosome: string, length: number): Buffer {
  const name = Buffer.from(`${chromosome}\0`);
  return Buffer.concat([Buffer.from("BAM\u0001"), int32s(0, 1, name.length), name, int32s(length)]);
}

/** An alignment of `length` bases at `position`, from 0; `blockSize` is what it claims to have. */
export function alignment(position: number, length: number, blockSize?: number): Buffer {
  const body = Buffer.concat([
    int32s(0, position),
    Buffer.from([2, 60, 0, 0]),
    int32s(1, length, -1, -1, 0),
    Buffer.from("r\0"),
    int32s(length << 4),
    Buffer.alloc(Math.ceil(length / 2), 0x11),
    Buffer.alloc(length, 30),
  ]);
  return Buffer.concat([int32s(blockSize ?? body.length), body]);
}

/** An index of one chromosome with one chunk, all of whose records are in the first 16 kb. */
export function bai(from: number, to: number): Buffer {
  const chunk = Buffer.alloc(16);
  chunk.writeBigUInt64LE(BigInt(from) << 16n, 0);
  chunk.writeBigUInt64LE(BigInt(to) << 16n, 8);
  const linear = chunk.subarray(0, 8);
  return Buffer.concat([Buffer.from("BAI\u0001"), int32s(1, 1, 4681, 1), chunk, int32s(1), linear]);
}

/** A BAM file of these blocks after that of the header, and its index. */
export function bamOf(
  blocks: readonly Buffer[],
  chromosome: string = "chr1",
): { readonly bam: Buffer; readonly bai: Buffer } {
  const header = bgzfBlock(bamHeader(chromosome, 10_000));
  const bam = Buffer.concat([header, ...blocks, BGZF_END]);
  return { bam, bai: bai(header.length, bam.length - BGZF_END.length) };
}
