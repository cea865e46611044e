import { z } from "zod";
import { decoder, type ModelOf, optional, withDefault } from "./model.ts";
import { type Decode, decodeAll } from "./parse.ts";
import { text } from "./wire.ts";

const fields = {
  /** `Using`, `Input`. */
  rel: withDefault("Rel", text, () => ""),
  /** `Sample`, `AppResult`, … */
  type: withDefault("Type", text, () => ""),
  /** The Href of the entity that is referred to. */
  href: withDefault(["HrefContent", "Href"], text, () => ""),
  /** The compact form of that entity, when the service sends it. */
  content: optional("Content", z.record(text, z.unknown())),
};

/** What a result was made of, or a session was started with. */
export interface Reference extends ModelOf<typeof fields> {}

/** `References` of a sample, an app result or a session. */
export const decodeReferences: Decode<readonly Reference[]> = decodeAll(decoder(fields));
