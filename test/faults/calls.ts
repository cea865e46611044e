import { setTimeout as sleep } from "node:timers/promises";
import { constants } from "node:os";
import { neverAborted } from "../../src/core/abort.ts";
import { errnoOf } from "../../src/fs/errno.ts";
import type { Handle } from "../../src/fs/file-system.ts";
import { runOut } from "../helpers/run-out.ts";
import type { FakeClock } from "../helpers/fake-clock.ts";
import type { RealFiles } from "../model/real-files.ts";

/** What a fault happens to, and how a program comes to it. */
export interface FaultyCall {
  readonly name: string;
  readonly method: string;
  /** As in a fault rule. */
  readonly path: string;
  readonly act: (place: Place) => Act;
}

/** A result of its own, and the clock of the client, which stands still by itself. */
export interface Place {
  readonly real: RealFiles;
  readonly clock: FakeClock;
}

/** What a program does, and what came of it. */
export interface Act {
  /** Does it for the first time, or once more. @returns `0`, or the name of the error number */
  run(): Promise<string>;
  /** The number of complete versions in BaseSpace, or of the result's final status. @throws Error when one is damaged */
  inBaseSpace(): Promise<number>;
  /** Whether the bytes are in staging, for somebody to finish. */
  isKept(): boolean;
}

/** Of one request, and of five parts of 64 bytes at most. */
const SHORT = "one request ".repeat(3);
const LONG = "five parts of 64 bytes ".repeat(13);

export const CALLS: readonly FaultyCall[] = [
  upload("short file", "POST", "/appresults/*/files", SHORT),
  upload("initiate", "POST", "/appresults/*/files", LONG),
  upload("part 1", "PUT", "/files/*/parts/1", LONG),
  upload("part 3", "PUT", "/files/*/parts/3", LONG),
  upload("last part", "PUT", "/files/*/parts/5", LONG),
  upload("finish", "POST", "/files/*", LONG),
  { name: "status", method: "POST", path: "/appsessions/*", act: (place) => new StatusAct(place) },
];

function upload(name: string, method: string, path: string, content: string): FaultyCall {
  return { name, method, path, act: (place) => new CloseAct(place, name, content) };
}

const AHEAD_MS = 200;

/** A program writes a file and closes it; once more: it opens the file again and closes it. */
class CloseAct implements Act {
  readonly #place: Place;
  readonly #path: string;
  readonly #content: string;
  #wasWritten = false;

  constructor(place: Place, path: string, content: string) {
    this.#place = place;
    this.#path = path;
    this.#content = content;
  }

  async run(): Promise<string> {
    const { real, clock } = this.#place;
    const handle = await real.open(this.#path, "rw", { creates: true });
    if (!this.#wasWritten) await this.#write(handle);
    const closing = Promise.resolve(real.fs.flush(handle, async () => "closed", neverAborted));
    const outcome = outcomeOf(closing);
    await runOut(clock, outcome);
    real.fs.release(handle);
    return await outcome;
  }

  async inBaseSpace(): Promise<number> {
    const versions = (await this.#place.real.remote()).filter(({ path }) => path === this.#path);
    for (const { bytes } of versions) {
      if (bytes.toString() !== this.#content)
        throw new Error(`BaseSpace has another ${this.#path}`);
    }
    return versions.length;
  }

  isKept(): boolean {
    const { real } = this.#place;
    const left = real.staged.unfinished(real.appResultId);
    return left.some((file) => file.path === this.#path && file.isStaged);
  }

  /** In pieces that are no parts, so that parts are sent while the file is written. */
  async #write(handle: Handle): Promise<void> {
    this.#wasWritten = true;
    const bytes = Buffer.from(this.#content);
    for (let at = 0; at < bytes.length; at += 50) {
      await this.#place.real.fs.write(handle, at, bytes.subarray(at, at + 50), neverAborted);
    }
    // The request that is sent ahead has its response before the close, as for a program that writes for longer.
    if (this.#path === "initiate") await sleep(AHEAD_MS);
  }
}

/** A program sets the status of the result to Complete. */
class StatusAct implements Act {
  readonly #place: Place;

  constructor(place: Place) {
    this.#place = place;
  }

  async run(): Promise<string> {
    const { real, clock } = this.#place;
    const setting = (async (): Promise<void> => {
      let ino = real.fs.root;
      for (const name of ["projects", "12", "appresults", real.appResultId]) {
        ino = (await real.fs.lookup(ino, name, neverAborted)).ino;
      }
      const value = Buffer.from("complete");
      await real.fs.change.setxattr(ino, "user.basespace.status", value, neverAborted);
    })();
    const outcome = outcomeOf(setting);
    await runOut(clock, outcome);
    return await outcome;
  }

  async inBaseSpace(): Promise<number> {
    const { emulator, appResultId } = this.#place.real;
    const { Response } = (await (await emulator.get(`appresults/${appResultId}`)).json()) as {
      readonly Response: { readonly Status: string };
    };
    return Response.Status === "Complete" ? 1 : 0;
  }

  isKept(): boolean {
    return false;
  }
}

async function outcomeOf(work: Promise<void>): Promise<string> {
  try {
    await work;
    return "0";
  } catch (error) {
    const errno = errnoOf(error);
    const names = Object.entries(constants.errno);
    return names.find(([, number]) => number === errno)?.[0] ?? String(error);
  }
}
