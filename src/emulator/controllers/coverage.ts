import type { FastifyInstance } from "fastify";
import { apiCall } from "../access/api-call.ts";
import { coverageOf, GRANULARITY, maxCoverage } from "../genomics/coverage.ts";
import { positionRange } from "../genomics/position-range.ts";
import { clientLeft } from "../http/client-left.ts";
import { badRequestProblem } from "../http/problem.ts";
import { sendResponse } from "../http/response.ts";
import type { Context } from "../services/context.ts";

/** The coverage of a BAM file: mean depths of a range, and the greatest depth of a chromosome. */
export function coverageRoutes(app: FastifyInstance, { state, genomics }: Context): void {
  app.get("/coverage/:id/:chrom", async (request, reply) => {
    const { guard, query, param } = apiCall(state, request);
    const file = guard.needFile("read", param("id"));
    const chrom = param("chrom");
    const range = positionRange(query);
    const work = { file, chrom, signal: clientLeft(reply) };
    const coverage = await genomics.withDepth(work, async (depth, chromosome) => {
      if (range.start > chromosome.length) {
        throw badRequestProblem(`${chromosome.name} ends at position ${chromosome.length}`);
      }
      return await coverageOf(depth, chromosome, range);
    });
    return sendResponse(reply, {
      Chrom: chrom,
      BucketSize: coverage.bucketSize,
      MeanCoverage: coverage.means,
      StartPos: coverage.start,
      EndPos: coverage.end,
    });
  });

  app.get("/coverage/:id/:chrom/meta", async (request, reply) => {
    const { guard, param } = apiCall(state, request);
    const file = guard.needFile("read", param("id"));
    const work = { file, chrom: param("chrom"), signal: clientLeft(reply) };
    const max = await genomics.withDepth(work, maxCoverage);
    return sendResponse(reply, { MaxCoverage: max, CoverageGranularity: GRANULARITY });
  });
}
