import { pipeline } from "node:stream/promises";
import { Busboy, type BusboyInstance } from "@fastify/busboy";
import type { FastifyRequest } from "fastify";
import { bodyChunks } from "./body.ts";
import { mediaType } from "./media-type.ts";
import { badRequest, Problem, tooLarge } from "./problem.ts";
import { Query } from "./query.ts";

interface SentFile {
  readonly bytes: Buffer;
  readonly name: string;
  readonly contentType: string;
}

/** A file out of a form. */
export interface FormFile extends SentFile {
  /** Empty for none. */
  readonly directory: string;
}

interface Form {
  readonly files: readonly SentFile[];
  /** By lower-case names. */
  readonly fields: ReadonlyMap<string, string>;
}

/** What a form may have around its file. */
const FORM_BYTES = 64 * 1024;

/**
 * The one file of a `multipart/form-data` body. `name` and `directory` come as fields of the form or of the
 * query; without a name the file's own counts.
 *
 * @throws Problem 400 for a body that is no form with one file, 413 for a file over `maxBytes`
 */
export async function readFormFile(request: FastifyRequest, maxBytes: number): Promise<FormFile> {
  const { files, fields } = await readForm(request, maxBytes);
  const [file, ...more] = files;
  if (file === undefined || more.length > 0) {
    throw badRequest(`The form has ${files.length} files, where one is wanted`);
  }
  if (file.bytes.length > maxBytes) throw tooLarge(maxBytes);
  const query = new Query(request.raw.url ?? "");
  return {
    ...file,
    name: fields.get("name") ?? query.get("name") ?? file.name,
    directory: fields.get("directory") ?? query.get("directory") ?? "",
  };
}

async function readForm(request: FastifyRequest, maxBytes: number): Promise<Form> {
  const files: SentFile[] = [];
  const fields = new Map<string, string>();
  const parser = parserOf(mediaType(request) ?? "");
  parser.on("field", (name, value) => void fields.set(name.toLowerCase(), value));
  parser.on("file", (...[, stream, name, , contentType]) => {
    const chunks: Buffer[] = [];
    stream.on("data", (chunk: Buffer) => void chunks.push(chunk));
    // A form that is cut off fails here; without a listener that would end the process.
    stream.on("error", (error) => parser.destroy(error));
    stream.on("end", () => void files.push({ bytes: Buffer.concat(chunks), name, contentType }));
  });
  const body = bodyChunks(request, maxBytes + FORM_BYTES, () => tooLarge(maxBytes));
  try {
    await pipeline(body, parser);
  } catch (error) {
    throw error instanceof Problem ? error : noForm();
  }
  return { files, fields };
}

/** @throws Problem 400 */
function parserOf(contentType: string): BusboyInstance {
  try {
    if (!/^multipart\/form-data\b/i.test(contentType)) throw noForm();
    return new Busboy({ headers: { "content-type": contentType } });
  } catch {
    throw noForm();
  }
}

function noForm(): Problem {
  return badRequest("The body is not valid multipart/form-data");
}
