import type { FastifyReply, FastifyRequest } from "fastify";
import { bodyChunks } from "../http/body.ts";
import { checkContentMd5 } from "../http/content-md5.ts";
import { fileTooLargeProblem, Problem } from "../http/problem.ts";
import type { Context } from "../services/context.ts";
import { needPendingFile, Uploads } from "../services/uploads.ts";
import { sendStoreError } from "./xml-error.ts";

/** `PUT /<upload Id>?<signed query>`: a part of a pending upload, or its whole content. */
export async function putPart(
  context: Context,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const id = (request.params as Record<string, string>)["key"] ?? "";
  const url = request.raw.url ?? "";
  const query = new URLSearchParams(url.slice(url.indexOf("?") + 1));
  const verdict = context.links.checkPart(id, query);
  if (verdict !== "valid") return sendStoreError(reply, verdict);
  try {
    needPendingFile(context.state, id);
    const md5 = await storePart(context, request, { id, number: Number(query.get("partNumber")) });
    return await reply.status(200).header("etag", `"${md5}"`).send();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return sendStoreError(reply, STORE_ERRORS[error.status] ?? "noSuchUpload");
  }
}

/** Stores a part and returns its MD5. @throws Problem 400, 409, 413 */
async function storePart(
  context: Context,
  request: FastifyRequest,
  { id, number }: { readonly id: string; readonly number: number },
): Promise<string> {
  const { content, maxSingleBytes } = context;
  const body = bodyChunks(request, maxSingleBytes, () => fileTooLargeProblem(maxSingleBytes));
  const received = await content.receive(body, "parts");
  const { key, md5 } = received;
  await checkContentMd5(request, md5, async () => await content.discard([key], "parts"));
  await new Uploads(context).addPart(id, number, received);
  return md5;
}

const STORE_ERRORS: Readonly<Record<number, "tooLarge" | "badDigest">> = {
  413: "tooLarge",
  400: "badDigest",
};
