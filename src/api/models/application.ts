import type { ApplicationId } from "../../core/ids.ts";
import { decoder, entityFields, type ModelOf, optional, withDefault } from "./model.ts";
import type { Decode } from "./parse.ts";
import { date, text } from "./wire.ts";

const fields = {
  ...entityFields<ApplicationId>(),
  name: withDefault("Name", text, () => ""),
  /** Relative to the API server in v1, absolute in v2. */
  href: withDefault("Href", text, ({ Id }) => `v1pre3/applications/${String(Id)}`),
  companyName: optional("CompanyName", text),
  versionNumber: optional("VersionNumber", text),
  shortDescription: optional("ShortDescription", text),
  homepageUri: optional("HomepageUri", text),
  /** `Native`, `Uploader`, … */
  category: optional("Category", text),
  dateCreated: optional("DateCreated", date),
};

/** An app of BaseSpace. */
export interface Application extends ModelOf<typeof fields> {}

/** Inside a purchase or an old session, an application has nothing but an Id. */
export const decodeApplication: Decode<Application> = decoder(fields);
