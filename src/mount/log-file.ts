import { basename, dirname } from "node:path";
import { once } from "node:events";
import { createStream } from "rotating-file-stream";
import { createLogger, type Logger, type LogLevel } from "../core/logger.ts";
import { openSafeLog } from "./safe-log.ts";

/** A logger that writes a rotated file; disposing flushes it. */
export interface LogFile extends AsyncDisposable {
  readonly logger: Logger;
  readonly path: string;
}

/**
 * Opens a log file, mode 0600, and creates its folder, mode 0700. At 10 MiB it is renamed to `<file>.1`, up to
 * `<file>.5`. A later failure to write the log never stops the mount.
 * @throws BsmountError `environment`, `no-space` as {@link openSafeLog}
 */
export async function openLogFile(path: string, level: LogLevel): Promise<LogFile> {
  await (await openSafeLog(path)).close();
  const name = basename(path);
  const stream = createStream((index) => (index === null ? name : `${name}.${String(index)}`), {
    path: dirname(path),
    size: "10M",
    rotate: 5,
    mode: 0o600,
  });
  stream.on("error", () => {});
  stream.on("warning", () => {});
  return {
    path,
    logger: createLogger(level, stream),
    [Symbol.asyncDispose]: async () => {
      const finished = once(stream, "close");
      stream.end();
      await finished;
    },
  };
}
