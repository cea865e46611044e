import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import type { Certificate } from "./certificate.ts";
import { findFreePort } from "./free-port.ts";
import { Server } from "./processes.ts";

/*
 * The object store of every contestant: nginx over a folder of plain files, on loopback. Its log is the
 * count of requests and bytes that nobody can argue with.
 */

export interface ObjectStore extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  /** Requests finished and body bytes sent since the last call. */
  traffic(): Promise<Traffic>;
}

export interface Traffic {
  readonly requests: number;
  readonly bytes: number;
}

export interface ObjectStoreOptions {
  /** The folder that is served. */
  readonly root: string;
  /** For the configuration, the log and nginx's own files. */
  readonly workFolder: string;
  /** Serves TLS with it; plain HTTP without. */
  readonly certificate?: Certificate;
  /** Bytes per second and connection, as nginx writes them, such as `30m`; without it unlimited. */
  readonly limitRate?: string;
}

export async function startObjectStore(
  options: ObjectStoreOptions,
  signal: AbortSignal,
): Promise<ObjectStore> {
  const folder = join(options.workFolder, "nginx");
  await mkdir(folder, { recursive: true });
  const port = await findFreePort();
  const configuration = join(folder, "nginx.conf");
  await writeFile(configuration, render(options, folder, port));
  const program = existsSync("/usr/sbin/nginx") ? "/usr/sbin/nginx" : "nginx";
  const server = await Server.start(program, [
    "-c",
    configuration,
    "-e",
    join(folder, "error.log"),
  ]);
  try {
    await server.waitUntil(() => answers(port), signal);
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
  let seen = 0;
  return {
    url: `${options.certificate === undefined ? "http" : "https"}://127.0.0.1:${port}`,
    pid: server.pid,
    traffic: async () => {
      const log = await readFile(join(folder, "access.log"), "utf8");
      const fresh = log.slice(seen).trimEnd().split("\n");
      seen = log.length;
      const sent = fresh.filter((line) => line !== "").map(Number);
      return { requests: sent.length, bytes: sent.reduce((sum, bytes) => sum + bytes, 0) };
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function render(options: ObjectStoreOptions, folder: string, port: number): string {
  const { certificate, limitRate } = options;
  const tls =
    certificate === undefined
      ? []
      : [
          `    ssl_certificate ${certificate.certificate};`,
          `    ssl_certificate_key ${certificate.key};`,
          "    ssl_protocols TLSv1.2 TLSv1.3;",
        ];
  const folders = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `  ${name}_temp_path ${folder}/${name};`,
  );
  return [
    "daemon off;",
    "worker_processes 2;",
    ...(process.getuid?.() === 0 ? ["user root;"] : []),
    `pid ${folder}/nginx.pid;`,
    `error_log ${folder}/error.log;`,
    "events { worker_connections 1024; }",
    "http {",
    "  log_format bytes '$body_bytes_sent';",
    `  access_log ${folder}/access.log bytes;`,
    "  sendfile on;",
    "  tcp_nopush on;",
    "  tcp_nodelay on;",
    "  keepalive_requests 100000;",
    ...folders,
    "  server {",
    `    listen 127.0.0.1:${port}${certificate === undefined ? "" : " ssl"};`,
    ...tls,
    `    root ${options.root};`,
    "    default_type application/octet-stream;",
    "    autoindex on;",
    ...(limitRate === undefined ? [] : [`    limit_rate ${limitRate};`]),
    "  }",
    "}",
    "",
  ].join("\n");
}

async function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const settle = (isUp: boolean): void => {
      socket.destroy();
      resolve(isUp);
    };
    socket.once("connect", () => settle(true)).once("error", () => settle(false));
  });
}
