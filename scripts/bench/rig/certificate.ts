import { join } from "node:path";
import { run } from "./processes.ts";

export interface Certificate {
  /** PEM file of the certificate, which is its own authority. */
  readonly certificate: string;
  readonly key: string;
}

/** A certificate for this run, good for 127.0.0.1 and one day. */
export async function makeCertificate(folder: string, signal: AbortSignal): Promise<Certificate> {
  const certificate = join(folder, "ca.pem");
  const key = join(folder, "key.pem");
  const kind = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];
  const names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
  const files = ["-nodes", "-days", "1", "-keyout", key, "-out", certificate];
  await run("openssl", [...kind, ...names, ...files], { signal });
  return { certificate, key };
}
