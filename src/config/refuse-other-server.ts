import { BsmountError } from "../core/errors.ts";
import type { NamedServer } from "./choose-server.ts";
import type { FoundToken } from "./find-token.ts";
import type { Profile } from "./profile.ts";
import { isSameServer, originOf } from "./regions.ts";

/**
 * Refuses to send a profile's token to another server than the profile's, whatever names that server, since it could
 * misuse the token. This includes profiles that name no server: Illumina's tools always write one, and a user can add
 * the line, whereas a disclosed token stays disclosed.
 *
 * @throws BsmountError `not-signed-in` when the token is from a profile and `named` is another server
 */
export function refuseOtherServer(
  { tokenSource, tokenOrigin: origin }: FoundToken,
  { apiServer, setting, removal }: NamedServer,
  chosen: { readonly profile: Profile | undefined; readonly isFlagProfile: boolean },
): void {
  if (origin.kind !== "profile" || isSameServer(origin.apiServer, apiServer)) return;
  const [own, other] = [originOf(origin.apiServer), originOf(apiServer)];
  const owner = `profile ${JSON.stringify(origin.name)} (${tokenSource})`;
  const namesNoServer = chosen.profile?.apiServer === undefined;
  const reason = namesNoServer
    ? `${owner} names no server, so its access token belongs to ${own}`
    : `the access token of ${owner} belongs to ${own}`;
  const ways = [
    ...(namesNoServer ? [`write apiServer = ${other} into it if the token belongs there`] : []),
    removal,
    "give another --profile",
    `sign in there with \`bsmount auth --profile NAME --api-server ${other}\``,
    // With --profile the variable would be ignored.
    `give a token of that server by ${chosen.isFlagProfile ? "" : "BASESPACE_ACCESS_TOKEN or "}--access-token-file`,
  ];
  const problem = `${reason}, and is not sent to ${other}, which ${setting} names`;
  throw new BsmountError("not-signed-in", problem, { remedy: ways.join(", or ") });
}
