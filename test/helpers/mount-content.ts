import { createHash } from "node:crypto";
import { MemoryFileSystem } from "./memory-file-system.ts";

export const BIG_BYTES: number = 12 * 1024 * 1024 + 4321;
export const MANY_FILES = 20_000;
export const NAMES: readonly string[] = [
  "plain.txt",
  "with space and 'quotes'",
  "ünïcode 日本語 🧬",
  "new\nline",
  "e\u0301 is not é",
  "n".repeat(255),
];

/** Bytes that look random and are the same in every process. */
export function seededBytes(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0, block = 0; at < length; at += 64, block += 1) {
    createHash("sha512").update(`block ${block}`).digest().copy(bytes, at);
  }
  return bytes;
}

/** The tree that mount tests use. */
export function mountContent(): MemoryFileSystem {
  const fileSystem = new MemoryFileSystem();
  const hello = fileSystem.addFile("hello.txt", "hello\n");
  hello.attributes.set("user.basespace.id", Buffer.from("42"));
  hello.attributes.set("user.long", Buffer.alloc(4096, "x"));
  fileSystem.addFile("empty");
  fileSystem.addFile("folder/inner/deep.txt", "deep\n");
  fileSystem.addSymlink("link", "folder/inner/deep.txt");
  fileSystem.addFile("big.bin", seededBytes(BIG_BYTES));
  for (const name of NAMES) fileSystem.addFile(`names/${name}`, name);
  for (let index = 0; index < MANY_FILES; index += 1) fileSystem.addFile(`many/file-${index}`, "x");
  fileSystem.addFile("slow/slow.bin", seededBytes(1024 * 1024));
  return fileSystem;
}
