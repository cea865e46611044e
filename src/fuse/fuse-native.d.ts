/*
 * The parts of fuse-native 2.2.6 that this project uses; the package has no types. Results are 0, a count, or a negative
 * Linux errno. The binding looks up handlers and the underscored methods at call time.
 */
declare module "fuse-native" {
  export type Signal = (result: number, ...rest: unknown[]) => void;
  export type Callback = (result: number, value?: unknown) => void;

  export interface Stat {
    mode: number;
    ino: number;
    size?: number;
    uid?: number;
    gid?: number;
    nlink?: number;
    blksize?: number;
    blocks?: number;
    /** Milliseconds since 1970. */
    atime?: number;
    mtime?: number;
    ctime?: number;
  }

  export interface Statfs {
    bsize: number;
    frsize: number;
    blocks: number;
    bfree: number;
    bavail: number;
    files: number;
    ffree: number;
    favail: number;
    fsid: number;
    flag: number;
    namemax: number;
  }

  export interface Options {
    timeout?: number | false;
    /** Not escaped: whatever follows a comma is passed on as further mount options. */
    fsname?: string;
    subtype?: string;
    autoCache?: boolean;
    allowOther?: boolean;
    defaultPermissions?: boolean;
    /** Seconds, as text: a number 0 would be dropped. */
    attrTimeout?: string;
    entryTimeout?: string;
  }

  export interface Operations {
    access(path: string, mask: number, done: Callback): void;
    statfs(path: string, done: (result: number, value?: Statfs) => void): void;
    getattr(path: string, done: (result: number, value?: Stat) => void): void;
    fgetattr(path: string, handle: number, done: (result: number, value?: Stat) => void): void;
    flush(path: string, handle: number, done: Callback): void;
    fsync(path: string, dataOnly: number, handle: number, done: Callback): void;
    fsyncdir(path: string, dataOnly: number, handle: number, done: Callback): void;
    readdir(
      path: string,
      done: (result: number, names?: readonly string[], stats?: readonly Stat[]) => void,
    ): void;
    truncate(path: string, sizeBytes: number, done: Callback): void;
    ftruncate(path: string, handle: number, sizeBytes: number, done: Callback): void;
    utimens(path: string, atimeMs: number, mtimeMs: number, done: Callback): void;
    readlink(path: string, done: (result: number, target?: string) => void): void;
    chown(path: string, uid: number, gid: number, done: Callback): void;
    chmod(path: string, mode: number, done: Callback): void;
    mknod(path: string, mode: number, device: number, done: Callback): void;
    setxattr(
      ...call: [
        path: string,
        name: string,
        value: Uint8Array,
        position: number,
        flags: number,
        done: Callback,
      ]
    ): void;
    getxattr(path: string, name: string, position: number, done: Callback): void;
    listxattr(path: string, done: Callback): void;
    removexattr(path: string, name: string, done: Callback): void;
    open(path: string, flags: number, done: (result: number, handle?: number) => void): void;
    opendir(path: string, flags: number, done: (result: number, handle?: number) => void): void;
    read(
      ...call: [
        path: string,
        handle: number,
        into: Uint8Array,
        length: number,
        offset: number,
        done: (result: number) => void,
      ]
    ): void;
    write(
      ...call: [
        path: string,
        handle: number,
        from: Uint8Array,
        length: number,
        offset: number,
        done: (result: number) => void,
      ]
    ): void;
    release(path: string, handle: number, done: Callback): void;
    releasedir(path: string, handle: number, done: Callback): void;
    create(path: string, mode: number, done: (result: number, handle?: number) => void): void;
    unlink(path: string, done: Callback): void;
    rename(from: string, to: string, done: Callback): void;
    link(existing: string, path: string, done: Callback): void;
    symlink(target: string, path: string, done: Callback): void;
    mkdir(path: string, mode: number, done: Callback): void;
    rmdir(path: string, done: Callback): void;
  }

  export default class Fuse {
    /** Runs a shell command; this project replaces it by a function that does nothing. */
    static unmount: (mountPoint: string, done: (error: Error | null) => void) => void;
    constructor(mountPoint: string, operations: Operations, options: Options);
    mount(done: (error: Error | null) => void): void;
    unmount(done: (error: Error | null) => void): void;
    _op_getxattr(
      ...call: [signal: Signal, path: string, name: string, into: Uint8Array, position: number]
    ): void;
    _op_listxattr(signal: Signal, path: string, into: Uint8Array): void;
  }
}
