import { createHash } from "node:crypto";
import { z } from "zod";
import { type Decode, parse } from "../../models/parse.ts";
import { text } from "../../models/wire.ts";
import { ApiError, DecodeError } from "../../transport/errors.ts";
import { type ResourceClient, resourceOf } from "../version-client.ts";
import type { CallOptions, JsonResponse } from "../../transport/rest.ts";
import type { FindEffect } from "../../transport/idempotency.ts";
import { md5OfBytes } from "../../uploads/md5-of-bytes.ts";
import type { StorePuts } from "../../uploads/store-puts.ts";
import { giveUp } from "./abort-upload.ts";

/*
 * Uploads that go to the object store itself: the API signs a link for each part beforehand, and makes one
 * file of what came. No document shows how a link is put together of template and signature: one that lacks
 * the places for them is refused, and one with the signature elsewhere than in the query, where logs of servers
 * and proxies would keep it.
 */

/** The longest part, as of v1's uploads. */
const PART_BYTES = 25 * 1024 * 1024;

export interface PresignedUpload {
  /** Of what takes the file, behind the version: `datasets/ds.…`. */
  readonly path: string;
  readonly filePath: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
  /** Looks for the file when nobody heard whether it was completed. */
  readonly look: FindEffect;
}

const info = z.object({
  MultipartUploadId: text.min(1),
  MultipartTemplate: text,
  MultipartSignatures: z.array(text),
});

type Info = z.output<typeof info>;

const decodeInfo: Decode<Info> = (value, at) => parse(info, value, at);

/**
 * Answers the completed file as the service tells it; what fails is given up there.
 * @throws ApiError; StoreError; the signal's reason
 */
export async function uploadPresigned(
  client: ResourceClient,
  store: StorePuts,
  upload: PresignedUpload,
  options: CallOptions,
): Promise<JsonResponse> {
  const { path, filePath, bytes } = upload;
  const query = { filepath: filePath, uploadpartcount: countOf(bytes) };
  const begun = await client.rest.get(`/v2/${path}/file-upload-info`, query, options);
  try {
    return await sendParts(client, store, { ...upload, begun }, options);
  } catch (error) {
    const isInDoubt = error instanceof ApiError && error.mayHaveSucceeded;
    if (!isInDoubt) await giveUp(client.rest, { path, filePath, begun });
    throw error;
  }
}

async function sendParts(
  client: ResourceClient,
  store: StorePuts,
  upload: PresignedUpload & { readonly begun: JsonResponse },
  options: CallOptions,
): Promise<JsonResponse> {
  const { path, filePath, contentType, bytes, look, begun } = upload;
  const links = linksOf(begun, countOf(bytes));
  const etags: string[] = [];
  for (const [at, link] of links.urls.entries()) {
    etags.push(await store.put(link, partOf(bytes, at), options));
  }
  const body = {
    UploadId: links.uploadId,
    FilePath: filePath,
    PartEtags: etags,
    Size: bytes.length,
    ContentType: contentType,
  };
  const change = { method: "POST", path: `/v2/${path}/file-upload-info`, body } as const;
  return await client.once(change, look, options);
}

/** What the object store calls a file of these bytes that came in parts: a digest of their MD5s. */
export async function partsEtag(bytes: Uint8Array): Promise<string> {
  const count = countOf(bytes);
  const digests = createHash("md5");
  for (let at = 0; at < count; at += 1) digests.update(await md5OfBytes(partOf(bytes, at)), "hex");
  return `${digests.digest("hex")}-${count}`;
}

function countOf(bytes: Uint8Array): number {
  return Math.ceil(bytes.length / PART_BYTES);
}

function partOf(bytes: Uint8Array, at: number): Uint8Array {
  return bytes.subarray(at * PART_BYTES, (at + 1) * PART_BYTES);
}

function linksOf(answer: JsonResponse, count: number): { uploadId: string; urls: string[] } {
  const { MultipartUploadId, MultipartTemplate, MultipartSignatures } = resourceOf(
    answer,
    decodeInfo,
    "v2",
  );
  if (MultipartSignatures.length !== count || !isTemplate(MultipartTemplate)) {
    const facts = { ...answer.request, status: answer.status };
    throw new DecodeError("unavailable", facts, "the links for the parts cannot be put together");
  }
  const urls = MultipartSignatures.map((signature, at) =>
    MultipartTemplate.replaceAll("{PartNumber}", String(at + 1)).replaceAll(
      "{Signature}",
      encodeURIComponent(signature),
    ),
  );
  return { uploadId: MultipartUploadId, urls };
}

function isTemplate(template: string): boolean {
  const [link = ""] = template.split("#");
  const queryAt = link.indexOf("?");
  const isSigned = queryAt !== -1 && link.indexOf("{Signature}") > queryAt;
  return isSigned && link.includes("{PartNumber}");
}
