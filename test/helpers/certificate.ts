import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import type { TempDir } from "./temp-dir.ts";

export interface Certificate {
  /** PEM file, also its own authority. */
  readonly file: string;
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** A certificate for `localhost` and the given names, made by openssl. */
export async function makeCertificate(
  dir: TempDir,
  ...names: readonly string[]
): Promise<Certificate> {
  const file = dir.join("cert.pem");
  const keyFile = dir.join("key.pem");
  const subjects = ["localhost", ...names].map((name) => `DNS:${name}`).join(",");
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
  const named = ["-subj", "/CN=localhost", "-addext", `subjectAltName=${subjects}`];
  const files = ["-keyout", keyFile, "-out", file];
  await promisify(execFile)("openssl", ["req", "-x509", ...kind, ...named, ...files]);
  return { file, cert: await readFile(file), key: await readFile(keyFile) };
}
