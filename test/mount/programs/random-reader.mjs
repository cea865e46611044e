/**
 * Reads random ranges of a file and compares each with the content that the emulator generates for the
 * seed: `node random-reader.mjs FILE SIZE SEED RANDOM-SEED SECONDS`. Prints one JSON line.
 */
import { createCipheriv, createHash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";

const [, , file, size, seed, randomSeed, seconds] = process.argv;
const key = createHash("md5").update(seed).digest();
let state = Number(randomSeed) >>> 0;

/** xorshift32: the same ranges for the same seed, so that a failure can be repeated. */
function random(limit) {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return Math.floor(((state >>> 0) / 2 ** 32) * limit);
}

function expected(offset, length) {
  const counter = Buffer.alloc(16);
  counter.writeBigUInt64BE(BigInt(Math.floor(offset / 16)), 8);
  const skip = offset % 16;
  const cipher = createCipheriv("aes-128-ctr", key, counter);
  return cipher.update(Buffer.alloc(skip + length)).subarray(skip);
}

const handle = openSync(file, "r");
const deadline = Date.now() + Number(seconds) * 1000;
const buffer = Buffer.alloc(1024 * 1024);
let reads = 0;
let bytes = 0;
const wrong = [];
while (Date.now() < deadline && wrong.length === 0) {
  const length = 1 + random(random(4) === 0 ? buffer.length : 64 * 1024);
  const offset = random(Number(size) - length);
  const count = readSync(handle, buffer, 0, length, offset);
  if (count !== length) wrong.push(`${count} bytes instead of ${length} at ${offset}`);
  else if (!buffer.subarray(0, count).equals(expected(offset, count))) {
    wrong.push(`wrong bytes at ${offset}, length ${length}`);
  }
  reads += 1;
  bytes += count;
}
closeSync(handle);
console.log(JSON.stringify({ reads, bytes, wrong }));
