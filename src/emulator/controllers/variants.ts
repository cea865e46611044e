import type { FastifyInstance } from "fastify";
import { apiCall } from "../access/api-call.ts";
import { positionRange } from "../genomics/position-range.ts";
import { headerJson, recordJson } from "../genomics/vcf-json.ts";
import { type RecordQuery, recordLines } from "../genomics/vcf-records.ts";
import { clientLeft } from "../http/client-left.ts";
import { unknownChromosomeProblem } from "../http/problem.ts";
import type { Query } from "../http/query.ts";
import { sendResponse, sendText } from "../http/response.ts";
import type { Context } from "../services/context.ts";

const DEFAULT_LIMIT = 10;
const MAX_LIMIT = 1000;

/** The header of a VCF file, and the records of a range; as JSON or as the text of the file. */
export function variantRoutes(app: FastifyInstance, { state, genomics }: Context): void {
  app.get("/variantset/:id", async (request, reply) => {
    const { guard, query, param } = apiCall(state, request);
    const file = guard.needFile("read", param("id"));
    const work = { file, signal: clientLeft(reply) };
    const header = await genomics.withVcf(work, async (vcf) => vcf.header);
    return isText(query) ? sendText(reply, header.text) : sendResponse(reply, headerJson(header));
  });

  app.get("/variantset/:id/variants/:chrom", async (request, reply) => {
    const { guard, query, param } = apiCall(state, request);
    const file = guard.needFile("read", param("id"));
    const records = recordQuery(query, param("chrom"));
    const work = { file, signal: clientLeft(reply) };
    const { lines, samples } = await genomics.withVcf(work, async (vcf) => {
      const found = await recordLines(vcf, records);
      if (found === undefined) throw unknownChromosomeProblem(file.id, records.chrom);
      return { lines: found, samples: vcf.header.samples };
    });
    if (isText(query)) return sendText(reply, lines.map((line) => `${line}\n`).join(""));
    return sendResponse(reply, {
      Items: lines.map((line) => recordJson(line, samples)),
      DisplayedCount: lines.length,
      Offset: records.offset,
      Limit: records.limit,
      SortDir: records.isDescending ? "Desc" : "Asc",
      SortBy: "Position",
    });
  });
}

function isText(query: Query): boolean {
  return ["txt", "vcf"].includes(query.get("Format")?.toLowerCase() ?? "");
}

function recordQuery(query: Query, chrom: string): RecordQuery {
  return {
    chrom,
    range: positionRange(query),
    isDescending: query.get("SortDir")?.toLowerCase() === "desc",
    offset: query.number("Offset") ?? 0,
    limit: Math.min(query.number("Limit") ?? DEFAULT_LIMIT, MAX_LIMIT),
  };
}
