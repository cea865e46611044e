import { familySlug } from "../serialise/application.ts";
import type { Application } from "../state/entities.ts";

/** Returns the greatest version of each application family. Versions are compared number by number. */
export function newestApplications(applications: Iterable<Application>): Application[] {
  const newest = new Map<string, Application>();
  for (const application of applications) {
    if (application.removed === true) continue;
    const family = familySlug(application);
    const other = newest.get(family);
    if (other === undefined || compareVersions(other, application) < 0) {
      newest.set(family, application);
    }
  }
  return [...newest.values()];
}

function compareVersions(a: Application, b: Application): number {
  const [left, right] = [numbersOf(a.versionNumber), numbersOf(b.versionNumber)];
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function numbersOf(version: string): number[] {
  return version.split(/\D+/).filter(Boolean).map(Number);
}
