import { BsmountError } from "../core/errors.ts";
import type { NamedServer } from "./choose-server.ts";
import type { FoundToken } from "./find-token.ts";
import type { Profile } from "./profile.ts";
import { isSameServer, originOf } from "./regions.ts";

/**
 * A profile's token goes to the profile's server and to no other one, whoever names it: that would tell it
 * to somebody who does not know it. A profile without a server is no exception. Illumina's tools always
 * write one; whoever left it away by hand can add the line, while a token that was told stays told.
 *
 * @throws BsmountError `not-signed-in` where the token is a profile's and `named` another server
 */
export function refuseOtherServer(
  { tokenSource, tokenOrigin: origin }: FoundToken,
  { apiServer, setting, without }: NamedServer,
  of: { readonly profile: Profile | undefined; readonly isMeant: boolean },
): void {
  if (origin.kind !== "profile" || isSameServer(origin.apiServer, apiServer)) return;
  const [own, other] = [originOf(origin.apiServer), originOf(apiServer)];
  const whose = `profile ${JSON.stringify(origin.name)} (${tokenSource})`;
  const isSilent = of.profile?.apiServer === undefined;
  const isOf = isSilent
    ? `${whose} names no server, so its access token counts as one of ${own}`
    : `the access token of ${whose} is one of ${own}`;
  const ways = [
    ...(isSilent ? [`write apiServer = ${other} into it if the token is of there`] : []),
    without,
    "give another --profile",
    `sign in there with \`bsmount auth --profile NAME --api-server ${other}\``,
    // Where --profile is given the variable would not be looked at.
    `give a token of there by ${of.isMeant ? "" : "BASESPACE_ACCESS_TOKEN or "}--access-token-file`,
  ];
  const problem = `${isOf}, and is not sent to ${other}, which ${setting} names`;
  throw new BsmountError("not-signed-in", problem, { remedy: ways.join(", or ") });
}
