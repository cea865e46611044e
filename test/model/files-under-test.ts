import type { Mode, OpenFlags } from "./plain-files.ts";

/* What programs can do to the files of an app result: on `fs/`, or through the kernel. Paths are below its `files/`. */

/** An open file description. */
export interface OpenFile {
  read(offset: number, length: number): Promise<Buffer>;
  write(offset: number, bytes: Buffer): Promise<void>;
  truncate(sizeBytes: number): Promise<void>;
  sync(): Promise<void>;
  /** close(2) as far as it returns errors; `othersWrite`: another descriptor that writes is open. */
  flush(othersWrite: boolean): Promise<void>;
  /** What follows the last close. */
  release(): void;
}

export interface Listed {
  readonly name: string;
  readonly type: string;
  readonly sizeBytes: number;
}

/** Each method fails as the system call does. */
export interface FilesUnderTest {
  /** Whether an open file that is removed or replaced gets its name `.fuse_hidden*` without being told. */
  readonly hidesOpenFiles: boolean;
  open(path: string, mode: Mode, flags?: OpenFlags): Promise<OpenFile>;
  truncate(path: string, sizeBytes: number): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  mkdir(path: string): Promise<void>;
  rmdir(path: string): Promise<void>;
  list(folder: string): Promise<readonly Listed[]>;
  readFile(path: string): Promise<Buffer>;
}
