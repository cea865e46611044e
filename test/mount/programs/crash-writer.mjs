/**
 * Writes files of many sizes and patterns into a folder, over and over, and prints a JSON line for each event:
 * `{ event, name, … }`, where the event is `begun` (with `size` and `sha256` of the content that is meant), `done` (all
 * writes, the close and the rename returned), `removed`, or `failed`. Some files that are done are renamed or removed
 * again: `moving` and `unlinking`, then `moved` (with `to`) and `unlinked`, or `kept` if the call failed. After a failure
 * it waits for the folder to be there again. It ends when its standard input does, after the file that it is at.
 *
 * node crash-writer.mjs FOLDER PREFIX SEED
 */
import { createHash } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  openSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const [folder = "", prefix = "", seedText = "1"] = process.argv.slice(2);
const KIB = 1024;
const MIB = 1024 * KIB;

let state = Number(seedText) >>> 0 || 1;

/** xorshift32: a number below `limit`. */
function random(limit) {
  state ^= state << 13;
  state >>>= 0;
  state ^= state >>> 17;
  state ^= state << 5;
  state >>>= 0;
  return state % limit;
}

function contentOf(size) {
  const bytes = Buffer.allocUnsafe(size + 4);
  for (let at = 0; at < size; at += 4) bytes.writeUInt32LE(random(2 ** 32 - 1), at);
  return bytes.subarray(0, size);
}

function sizeOf() {
  const kind = random(10);
  if (kind === 0) return 0;
  if (kind < 6) return random(200 * KIB);
  if (kind < 9) return random(9 * MIB);
  return 9 * MIB + random(random(8) === 0 ? 111 * MIB : 26 * MIB);
}

/** Pieces of the content in the order in which they are written. */
function piecesOf(size) {
  const step = 64 * KIB + random(512 * KIB);
  const pieces = [];
  for (let start = 0; start < size; start += step) {
    pieces.push([start, Math.min(size, start + step)]);
  }
  if (random(4) > 0) return pieces;
  for (let at = pieces.length - 1; at > 0; at -= 1) {
    const other = random(at + 1);
    [pieces[at], pieces[other]] = [pieces[other], pieces[at]];
  }
  return pieces;
}

function say(event, name, more = {}) {
  writeSync(1, `${JSON.stringify({ event, name, ...more })}\n`);
}

function write(path, bytes, syncs) {
  const descriptor = openSync(path, "w");
  try {
    for (const [start, end] of piecesOf(bytes.length)) {
      for (let at = start; at < end;) at += writeSync(descriptor, bytes, at, end - at, at);
    }
    if (syncs) fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function writeOne(name) {
  const bytes = contentOf(sizeOf());
  const how = random(5);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  say("begun", name, { size: bytes.length, sha256, how });
  try {
    const path = `${folder}/${name}`;
    if (how === 0) {
      write(`${path}.tmp`, bytes, false);
      renameSync(`${path}.tmp`, path);
    } else if (how === 1) {
      write(`${path}.tmp`, bytes, true);
      unlinkSync(`${path}.tmp`);
      say("removed", name);
      return true;
    } else {
      write(path, bytes, how === 2);
    }
    say("done", name);
    done.push(name);
    if (done.length > 20) done.shift();
    return true;
  } catch (error) {
    say("failed", name, { code: error.code });
    return false;
  }
}

/** Files that are done, the last ones. */
const done = [];

/** Renames or removes one of the files that are done. Returns false when the folder is not there. */
function changeOne() {
  const name = done.splice(random(done.length), 1)[0];
  const path = `${folder}/${name}`;
  const to = `${name}-moved`;
  const removes = random(2) === 0;
  say(removes ? "unlinking" : "moving", name, removes ? {} : { to });
  try {
    if (removes) unlinkSync(path);
    else renameSync(path, `${folder}/${to}`);
    say(removes ? "unlinked" : "moved", name, removes ? {} : { to });
    return true;
  } catch (error) {
    say("kept", name, { code: error.code });
    // Only BaseSpace has it, after its mount was killed.
    return error.code === "EXDEV";
  }
}

const ending = new AbortController();
process.stdin.on("end", () => ending.abort()).resume();

for (let count = 1; !ending.signal.aborted; count += 1) {
  const name = `${prefix}-${count}`;
  if (!writeOne(name)) await isThere();
  if (done.length > 0 && random(4) === 0 && !changeOne()) await isThere();
  await sleep(1);
}

async function isThere() {
  while (!ending.signal.aborted) {
    try {
      statSync(folder);
      return;
    } catch {
      await sleep(50);
    }
  }
}
