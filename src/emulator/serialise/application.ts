import type { Application } from "../state/entities.ts";
import { type Json, slug, type View, withExtra } from "./view.ts";

export function applicationCompact(view: View, applicationId: string): Json {
  const app = view.state.need("applications", applicationId);
  const family = familySlug(app);
  return withExtra(app, {
    Id: app.id,
    Href: `v1pre3/applications/${app.id}`,
    Name: app.name,
    CompanyName: app.companyName,
    VersionNumber: app.versionNumber,
    HomepageUri: app.homepageUri,
    ShortDescription: app.shortDescription,
    DateCreated: app.dateCreated,
    DatePublished: app.datePublished,
    PublishStatus: app.publishStatus,
    IsBillingActivated: false,
    Category: app.category,
    Classifications: app.classifications,
    AppFamilySlug: family,
    AppVersionSlug: `${family}.${app.versionNumber}`,
    Features: app.features,
    LockStatus: "Unlocked",
  });
}

/** The same for all versions of an application. */
export function familySlug({ companyName, name }: Application): string {
  return `${slugPart(companyName)}.${slugPart(name)}`;
}

function slugPart(text: string): string {
  return slug(text.replaceAll(",", "")).toLowerCase().replace(/\.+$/, "");
}
