import { describe, expect, it } from "vitest";
import { OWN_CREDENTIALS } from "../../src/emulator/access/applications.ts";
import { runShell } from "../helpers/run-command.ts";
import { startTestEmulator } from "../helpers/start-test-emulator.ts";
import { tempDir } from "../helpers/temp-dir.ts";

const { clientKey, clientSecret } = OWN_CREDENTIALS;

/** Shell functions: the value of a key of a flat JSON object, and of a hidden field of a form. */
const TOOLS = `
set -eu
json() { printf '%s\\n' "$(cat)" | sed -E 's/.*"'$1'": ?"([^"]*)".*/\\1/'; }
hidden() { sed -n -E 's/.*name="'$1'" value="([^"]*)".*/\\1/p'; }
oauth=$API/v1pre3/oauthv2
`;

/** Requests access, is told to wait, approves on the page, fetches the token, and uses it in three ways. */
function signIn(requestCode: string, poll: string): string {
  return `${TOOLS}
device=$(${requestCode})
code=$(json device_code <<<"$device")
page=$(json verification_with_code_uri <<<"$device")
${poll} | json error
form=$(curl -sf "$page" | hidden form_token)
curl -sf -o approved.html "\${page%%\\?*}" -d "code=$(json user_code <<<"$device")" -d decision=approve --data-urlencode "form_token=$form"
token=$(${poll} | json access_token)
me=$API/v1pre3/users/current
curl -sf -H "Authorization: Bearer $token" "$me" | json Name
curl -sf -H "x-access-token: $token" "$me" | json Name
curl -sf "$me?access_token=$token" | json Name
curl -sf -X DELETE -H "x-access-token: $token" "$API/v2/oauthv2tokens/current"
curl -s -o /dev/null -w '%{http_code}\\n' -H "x-access-token: $token" "$me"
`;
}

describe("curl", () => {
  it.each([
    [
      "a form",
      `curl -sf $oauth/deviceauthorization -d response_type=device_code -d client_id=$ID -d 'scope=browse global'`,
      `curl -s $oauth/token -d client_id=$ID -d client_secret=$SECRET -d code=$code -d grant_type=device`,
    ],
    [
      "a query",
      `curl -sf -X POST "$oauth/deviceauthorization?response_type=device_code&client_id=$ID&scope=browse%20global"`,
      `curl -s -X POST "$oauth/token?client_id=$ID&client_secret=$SECRET&code=$code&grant_type=device"`,
    ],
    [
      "JSON",
      `curl -sf $oauth/deviceauthorization -H 'Content-Type: application/json' -d '{"response_type":"device_code","client_id":"'$ID'","scope":"browse global"}'`,
      `curl -s $oauth/token -H 'Content-Type: application/json' -d '{"client_id":"'$ID'","client_secret":"'$SECRET'","code":"'$code'","grant_type":"device"}'`,
    ],
    [
      "a form, with the app by Basic",
      `curl -sf $oauth/deviceauthorization -d response_type=device_code -d client_id=$ID -d 'scope=browse global'`,
      `curl -s -u $ID:$SECRET $oauth/token -d code=$code -d grant_type=device`,
    ],
  ])("signs in with %s", async (_title, requestCode, poll) => {
    await using emulator = await startTestEmulator({ users: [{ name: "Ada" }] });
    await using dir = await tempDir();
    const env = { API: emulator.apiServer, ID: clientKey, SECRET: clientSecret };
    const { stdout, stderr } = await runShell(signIn(requestCode, poll), dir.path, { env });
    const expected = ["authorization_pending", "Ada", "Ada", "Ada", "401"];
    expect({ stdout, stderr }).toEqual({ stdout: `${expected.join("\n")}\n`, stderr: "" });
    const secrets = new RegExp(`${clientSecret}|form_token|access_token|[?&]code=`);
    expect(JSON.stringify(emulator.requests)).not.toMatch(secrets);
  });
});
