import type { FastifyRequest } from "fastify";
import { checkMd5 } from "../services/upload-rules.ts";

/** Compares what was received with the `Content-MD5` of its request; what is wrong is discarded. @throws Problem 400 */
export async function checkedMd5(
  request: FastifyRequest,
  md5: string,
  discard: () => Promise<void>,
): Promise<void> {
  const header = request.headers["content-md5"];
  try {
    checkMd5(typeof header === "string" ? header : undefined, md5);
  } catch (error) {
    await discard();
    throw error;
  }
}
