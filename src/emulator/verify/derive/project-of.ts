import { type Facts, nested, reference } from "./facts.ts";

/** The project of a sample, app result, dataset or biosample, by whatever form of it was recorded. */
export function projectOf(facts: Facts): string | undefined {
  return (
    reference(facts, "Projects") ??
    reference(facts, "Project") ??
    reference(facts, "DefaultProject") ??
    reference(nested(facts, "Library"), "Project")
  );
}
