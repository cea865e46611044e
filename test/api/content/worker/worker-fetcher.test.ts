import { FallbackFetcher } from "../../../../src/api/content/fallback-fetcher.ts";
import { UndiciFetcher } from "../../../../src/api/content/undici-fetcher.ts";
import { WorkerFetcher } from "../../../../src/api/content/worker/worker-fetcher.ts";
import { createDispatcher } from "../../../../src/api/transport/dispatcher.ts";
import { silentLogger } from "../../../../src/core/logger.ts";
import { describeRangeFetcher } from "../range-fetcher.contract.ts";

describeRangeFetcher("sockets in a worker, undici for the rest", (setting) => {
  const variables = { SSL_CERT_FILE: setting.certificateFile };
  const dispatcher = createDispatcher({ ...setting, variables });
  const userAgent = "bsmount/test";
  const fast = new WorkerFetcher({ ...setting, variables, userAgent });
  const thorough = new UndiciFetcher(dispatcher, userAgent);
  const fetcher = new FallbackFetcher(fast, thorough, silentLogger);
  return Object.assign(fetcher, {
    [Symbol.asyncDispose]: async () => {
      await Promise.all([fetcher.close(), dispatcher.destroy()]);
    },
  });
});
