import { z } from "zod";
import type { Reference } from "./models.ts";
import { type Decode, model, parse } from "./parse.ts";
import { maybe, text } from "./wire.ts";

const shape = z.array(
  z.object({
    Rel: maybe(text),
    Type: maybe(text),
    Href: maybe(text),
    HrefContent: maybe(text),
    Content: maybe(z.record(text, z.unknown())),
  }),
);

/** `References` of a sample, an app result or a session. */
export const decodeReferences: Decode<readonly Reference[]> = (value, at) =>
  parse(shape, value, at).map(({ Rel, Type, Href, HrefContent, Content }) =>
    model<Reference>({
      rel: Rel ?? "",
      type: Type ?? "",
      href: HrefContent ?? Href ?? "",
      content: Content,
    }),
  );
