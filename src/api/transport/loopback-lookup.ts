import { lookup as systemLookup, type LookupAddress } from "node:dns";
import type { LookupFunction } from "node:net";

/** In the order in which most servers listen. */
const LOOPBACK: readonly LookupAddress[] = [
  { address: "127.0.0.1", family: 4 },
  { address: "::1", family: 6 },
];

/**
 * Finds the addresses of a host; those of `localhost` are this machine's, whatever a hosts file or DNS says: it is
 * trusted with a token in the clear. Other names below it are hosts like any other.
 */
export const lookup: LookupFunction = (hostname, options, callback) => {
  if (hostname.toLowerCase() !== "localhost") return systemLookup(hostname, options, callback);
  const { all, family } = options;
  const wanted = LOOPBACK.filter((address) => !family || address.family === Number(family));
  const [first] = wanted;
  process.nextTick(() => {
    if (all === true) callback(null, wanted);
    else callback(null, first?.address ?? "", first?.family);
  });
};
