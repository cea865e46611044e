import { lookup as systemLookup, type LookupAddress } from "node:dns";
import type { LookupFunction } from "node:net";

/** In the order in which most servers listen. */
const LOOPBACK: readonly LookupAddress[] = [
  { address: "127.0.0.1", family: 4 },
  { address: "::1", family: 6 },
];

/**
 * Finds the addresses of a host. `localhost` is always this machine, whatever a hosts file or DNS says, as it may
 * receive a token over plain http. Names below `localhost` are ordinary hosts.
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
