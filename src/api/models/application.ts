import type { ApplicationId } from "../../core/ids.ts";
import { decoder, entityFields, type ModelOf, optional, withDefault } from "./model.ts";
import type { Decode } from "./parse.ts";
import { date, text } from "./wire.ts";

const fields = {
  ...entityFields<ApplicationId>(),
  /** The name, not unique. */
  name: withDefault("Name", text, () => ""),
  /** Relative to the API server in v1, absolute in v2. */
  href: withDefault("Href", text, ({ Id }) => `v1pre3/applications/${String(Id)}`),
  /** The publisher. */
  companyName: optional("CompanyName", text),
  /** The version, such as `1.2.0`. */
  versionNumber: optional("VersionNumber", text),
  /** A sentence about the app. */
  shortDescription: optional("ShortDescription", text),
  /** The web page of the app. */
  homepageUri: optional("HomepageUri", text),
  /** `Native`, `Uploader`, … */
  category: optional("Category", text),
  /** When it was created. */
  dateCreated: optional("DateCreated", date),
};

/** An app of BaseSpace. */
export interface Application extends ModelOf<typeof fields> {}

/** Inside a purchase or an old session, an application has nothing but an Id. */
export const decodeApplication: Decode<Application> = decoder(fields);
