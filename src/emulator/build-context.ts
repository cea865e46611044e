import { systemClock } from "../core/clock.ts";
import { SignedLinks } from "./access/signed-links.ts";
import { Genomics } from "./genomics/genomics.ts";
import type { EmulatorOptions } from "./options.ts";
import type { Origins } from "./server/listeners.ts";
import type { Storage } from "./server/storage.ts";
import type { Context } from "./services/context.ts";
import { MAX_SINGLE_BYTES, MIN_PART_BYTES } from "./services/upload-rules.ts";

/** The lifetime of the service's links: seven days less two minutes. */
const LINK_LIFETIME_MS = 7 * 86_400_000 - 120_000;

/** Builds the context of the controllers. `origins` are read at each use, because they are filled in later. */
export function buildContext(
  storage: Storage,
  origins: Origins,
  options: EmulatorOptions,
): Context {
  const { state, content } = storage;
  return {
    state,
    content,
    links: signedLinks(storage, origins, options),
    view: { state, webOrigin: () => origins.api, apiOrigin: () => origins.api },
    genomics: new Genomics(state, content),
    clock: options.clock ?? systemClock,
    minPartBytes: options.minPartBytes ?? MIN_PART_BYTES,
    maxSingleBytes: options.maxSingleBytes ?? MAX_SINGLE_BYTES,
    autoApprove: options.autoApprove ?? false,
  };
}

function signedLinks({ state }: Storage, origins: Origins, options: EmulatorOptions): SignedLinks {
  return new SignedLinks({
    secret: state.need("settings", "link-secret").value,
    baseUrl: () => options.objectStoreUrl ?? origins.objects,
    lifetimeMs: options.linkLifetimeMs ?? LINK_LIFETIME_MS,
    clock: options.clock ?? systemClock,
  });
}
