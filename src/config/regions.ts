import { BsmountError } from "../core/errors.ts";

/** API servers by region, from Illumina's documentation. */
const API_SERVERS: Readonly<Record<string, string>> = {
  use1: "https://api.basespace.illumina.com",
  euc1: "https://api.euc1.sh.basespace.illumina.com",
  euw2: "https://api.euw2.sh.basespace.illumina.com",
  aps2: "https://api.aps2.sh.basespace.illumina.com",
  cac1: "https://api.cac1.sh.basespace.illumina.com",
  cnn1: "https://api.cnn1.sh.basespace.illumina.com.cn",
};

export const REGIONS: readonly string[] = Object.keys(API_SERVERS);

/** The server of region use1. */
export const DEFAULT_API_SERVER: string = apiServerOfRegion("use1");

/** @throws BsmountError `usage` for a region that does not exist */
export function apiServerOfRegion(region: string): string {
  const server = API_SERVERS[region.toLowerCase()];
  if (server === undefined) {
    throw new BsmountError("usage", `there is no BaseSpace region ${JSON.stringify(region)}`, {
      remedy: `use one of ${REGIONS.join(", ")}, or --api-server URL`,
    });
  }
  return server;
}

/** Whether two addresses mean the same server, however they are written; undefined means the default one. */
export function isSameServer(a: string | undefined, b: string | undefined): boolean {
  return originOf(a ?? DEFAULT_API_SERVER) === originOf(b ?? DEFAULT_API_SERVER);
}

/**
 * The origin of an address, without a path such as a version. A text without an origin (`host:443`) is returned
 * unchanged.
 */
export function originOf(apiServer: string): string {
  const origin = URL.canParse(apiServer) ? new URL(apiServer).origin : "null";
  return origin === "null" ? apiServer : origin;
}
