import { MORE_DESCRIPTORS } from "../../core/descriptors.ts";

/** Why no answer came, apart from what was asked: callers add that. */
export interface NetworkProblem {
  readonly reason: "timeout" | "unavailable" | "aborted" | "no-descriptors";
  readonly problem: string;
  readonly remedy: string | undefined;
  /** False when the next attempt can only fail in the same way. */
  readonly worthRepeating: boolean;
  /** True when an attempt may do better where the server has answered before: names vanish with the network. */
  readonly isUnknownHost?: true;
  /** True when no connection came about, so that the server knows nothing of the request. */
  readonly neverSent?: boolean;
}

const CERTIFICATE = /CERT|^ERR_TLS|^DEPTH_ZERO|^UNABLE_TO_(GET|VERIFY)|^HOSTNAME_MISMATCH/;
const CERTIFICATE_REMEDY =
  "if the server's certificate comes from a private authority, name its PEM file in NODE_EXTRA_CA_CERTS or SSL_CERT_FILE";

/** Reads the error of a socket or of undici. */
export function networkProblem(error: unknown): NetworkProblem {
  const code = errorCode(error);
  if (code === "UND_ERR_CONNECT_TIMEOUT") {
    return { ...transient("timeout", "no connection in time"), neverSent: true };
  }
  if (/TIMEOUT|ETIMEDOUT/.test(code)) return transient("timeout", "no answer in time");
  if (/^UND_ERR_(DESTROYED|CLOSED)$/.test(code)) return final("aborted", "the client is closed");
  if (CERTIFICATE.test(code)) {
    const problem = `the server's certificate is not trusted (${code})`;
    return { ...final("unavailable", problem, CERTIFICATE_REMEDY), neverSent: true };
  }
  if (code === "EMFILE" || code === "ENFILE") {
    const problem = "this process can open nothing more, not even a connection";
    return { ...transient("no-descriptors", problem, MORE_DESCRIPTORS), neverSent: true };
  }
  if (code === "ENOTFOUND") {
    const remedy = "check the address and the network";
    const unknown = final("unavailable", "there is no such host", remedy);
    return { ...unknown, neverSent: true, isUnknownHost: true };
  }
  if (code === "ECONNREFUSED") {
    const remedy = "check that the address is right and that a server runs there";
    return {
      ...transient("unavailable", "the server refuses connections", remedy),
      neverSent: true,
    };
  }
  return transient("unavailable", `the connection failed${code === "" ? "" : ` (${code})`}`);
}

function transient(
  reason: NetworkProblem["reason"],
  problem: string,
  remedy?: string,
): NetworkProblem {
  return { reason, problem, remedy, worthRepeating: true };
}

function final(reason: NetworkProblem["reason"], problem: string, remedy?: string): NetworkProblem {
  return { reason, problem, remedy, worthRepeating: false };
}

/** The first code on the chain of causes; several addresses tried at once give an AggregateError. */
function errorCode(error: unknown): string {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; depth += 1) {
    if ("code" in at && typeof at.code === "string") return at.code;
    at = at instanceof AggregateError ? at.errors[0] : at.cause;
  }
  return "";
}
