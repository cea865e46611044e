import { gunzip } from "node:zlib";
import { promisify } from "node:util";

/*
 * The indexes of BAM and VCF files, BAI and TBI. The libraries that use them trust the counts in them, so a damaged
 * index would make them loop or allocate without end. Therefore each is checked first: all that it counts has to be
 * in it.
 */

const MAX_INFLATED_BYTES = 64 * 1024 * 1024;
const BAI_MAGIC = "BAI\u0001";
const TBI_MAGIC = "TBI\u0001";
/** The bin of both forms that has numbers of records instead of chunks, in the place of two chunks. */
const STATISTICS_BIN = 37_450;
/** The head of a TBI for VCF files: the preset, the columns of name and position, and the first sign of a comment. */
const VCF_HEAD = { preset: 2, nameColumn: 1, positionColumn: 2, comment: 35 } as const;

/** @throws Error for bytes that are not a whole BAI */
export function checkBai(bytes: Uint8Array): void {
  const cursor = new Cursor(bytes);
  if (cursor.text(4) !== BAI_MAGIC) throw new Error("its index is not a BAI");
  checkTables(cursor, cursor.uint32());
}

/** @throws Error for bytes that are not a whole TBI of a VCF file */
export async function checkTbi(compressed: Uint8Array): Promise<void> {
  const bytes = await promisify(gunzip)(compressed, { maxOutputLength: MAX_INFLATED_BYTES });
  const cursor = new Cursor(bytes);
  if (cursor.text(4) !== TBI_MAGIC) throw new Error("its index is not a TBI");
  const references = cursor.uint32();
  const [preset, nameColumn, positionColumn] = [cursor.uint32(), cursor.uint32(), cursor.uint32()];
  cursor.skip(4);
  const comment = cursor.uint32();
  const head = { preset, nameColumn, positionColumn, comment };
  if (JSON.stringify(head) !== JSON.stringify(VCF_HEAD)) {
    throw new Error("its index is not that of a VCF file");
  }
  cursor.skip(4);
  cursor.skip(cursor.uint32());
  checkTables(cursor, references);
}

function checkTables(cursor: Cursor, references: number): void {
  for (let reference = 0; reference < references; reference += 1) {
    const bins = cursor.uint32();
    for (let index = 0; index < bins; index += 1) {
      const bin = cursor.uint32();
      const chunks = cursor.uint32();
      if (bin > STATISTICS_BIN || (bin === STATISTICS_BIN && chunks !== 2)) {
        throw new Error("its index has a bin that cannot be");
      }
      cursor.skip(16 * chunks);
    }
    cursor.skip(8 * cursor.uint32());
  }
}

/** Reads little-endian numbers one after the other. @throws Error at the end of the bytes */
class Cursor {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  skip(length: number): void {
    this.#at += length;
    if (this.#at > this.#bytes.length) throw new Error("its index is cut off");
  }

  uint32(): number {
    this.skip(4);
    return this.#view.getUint32(this.#at - 4, true);
  }

  text(length: number): string {
    this.skip(length);
    return Buffer.from(this.#bytes.subarray(this.#at - length, this.#at)).toString("latin1");
  }
}
