import { UndiciFetcher } from "../../../src/api/content/undici-fetcher.ts";
import { createDispatcher } from "../../../src/api/transport/dispatcher.ts";
import { describeRangeFetcher } from "./range-fetcher.contract.ts";

describeRangeFetcher("undici on the calling thread", (setting) => {
  const variables = { SSL_CERT_FILE: setting.certificateFile };
  const dispatcher = createDispatcher({ ...setting, variables });
  const fetcher = new UndiciFetcher(dispatcher, "bsmount/test");
  return Object.assign(fetcher, {
    [Symbol.asyncDispose]: async () => await dispatcher.destroy(),
  });
});
