import type { FastifyRequest } from "fastify";
import { badRequestProblem } from "./problem.ts";

/**
 * Compares the MD5 of a received body with the request's `Content-MD5` (base64, RFC 1864), if it has one.
 * Where they differ it calls `discard` for the stored bytes first.
 *
 * @throws Problem 400 `BadDigest`
 */
export async function checkContentMd5(
  request: FastifyRequest,
  md5Hex: string,
  discard: () => Promise<void>,
): Promise<void> {
  const header = request.headers["content-md5"];
  if (typeof header !== "string" || header === "") return;
  if (Buffer.from(header, "base64").toString("hex") === md5Hex) return;
  await discard();
  throw badRequestProblem("The Content-MD5 does not match the body that was received", "BadDigest");
}
