import { z } from "zod";
import type { Application, Raw } from "./models.ts";
import { type Decode, model, parse } from "./parse.ts";
import { date, id, maybe, text } from "./wire.ts";

const shape = z.object({
  Id: id,
  Href: maybe(text),
  Name: maybe(text),
  CompanyName: maybe(text),
  VersionNumber: maybe(text),
  ShortDescription: maybe(text),
  HomepageUri: maybe(text),
  Category: maybe(text),
  DateCreated: maybe(date),
});

/** Inside a purchase or an old session there is nothing but an Id. */
export const decodeApplication: Decode<Application> = (value, at) => {
  const application = parse(shape, value, at);
  return model<Application>({
    id: application.Id,
    name: application.Name ?? "",
    href: application.Href ?? `v1pre3/applications/${application.Id}`,
    companyName: application.CompanyName,
    versionNumber: application.VersionNumber,
    shortDescription: application.ShortDescription,
    homepageUri: application.HomepageUri,
    category: application.Category,
    dateCreated: application.DateCreated,
    raw: value as Raw,
  });
};
