import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { decodeContentLink, decodeEnvelope, decodePage } from "../../../src/api/models/envelope.ts";
import { decodeAppResult } from "../../../src/api/models/app-result.ts";
import { decodeAppSession } from "../../../src/api/models/app-session.ts";
import { decodeBioSample } from "../../../src/api/models/biosample.ts";
import { decodeDataset } from "../../../src/api/models/dataset.ts";
import { decodeFile } from "../../../src/api/models/file.ts";
import type { Decode } from "../../../src/api/models/parse.ts";
import { decodeProject } from "../../../src/api/models/project.ts";
import { decodeSample } from "../../../src/api/models/sample.ts";
import { findError } from "../../../src/api/transport/error-body.ts";
import { recording } from "../../helpers/scripted-api.ts";

type Read = (body: Readonly<Record<string, unknown>>) => unknown;

const one =
  (decode: Decode<unknown>): Read =>
  (body) =>
    decode(decodeEnvelope(body), "Response");

const items =
  (decode: Decode<unknown>): Read =>
  (body) =>
    decodePage("Response" in body ? decodeEnvelope(body) : body).items.map((item, index) =>
      decode(item, `Items[${index}]`),
    );

const READERS: Readonly<Record<string, Read>> = {
  "v1-appresult": one(decodeAppResult),
  "v1-appresults-list": items(decodeAppResult),
  "v1-error-403": findError,
  "v1-file-content-meta": decodeContentLink,
  "v1-file-of-appresult": one(decodeFile),
  "v1-file-of-sample": one(decodeFile),
  "v1-files-list": items(decodeFile),
  "v1-project": one(decodeProject),
  "v1-projects-page": items(decodeProject),
  "v1-sample": one(decodeSample),
  "v1-samples-list": items(decodeSample),
  "v2-appsessions-page": items(decodeAppSession),
  "v2-biosamples-page": items(decodeBioSample),
  "v2-dataset-files-page": items(decodeFile),
  "v2-datasets-page": items(decodeDataset),
  "v2-error-404": findError,
};

/** Every value of a model and of the models in it; `raw` is the service's. */
function valuesOf(model: unknown): readonly (readonly [string, unknown])[] {
  if (typeof model !== "object" || model === null || model instanceof Date) return [];
  return Object.entries(model)
    .filter(([key]) => key !== "raw")
    .flatMap(([key, value]) => [[key, value] as const, ...valuesOf(value)]);
}

describe("each recorded answer", () => {
  test("has its reader here", () => {
    const folder = new URL("../../fixtures/recordings/", import.meta.url);
    const files = readdirSync(folder).map((name) => name.replace(/\.json$/, ""));
    expect(files.toSorted()).toEqual(Object.keys(READERS).toSorted());
  });

  test.each(Object.entries(READERS))(
    "%s decodes: Ids are texts, absent is absent",
    async (name, read) => {
      const { body } = await recording(name);
      const values = valuesOf(read(body));
      expect(values.length).toBeGreaterThan(0);
      for (const [key, value] of values) {
        expect(value, key).not.toBe(undefined);
        expect(value, key).not.toBe(null);
        if (/^(id|.*Id)$/.test(key)) expect(typeof value, key).toBe("string");
        if (value instanceof Date) expect(Number.isNaN(value.getTime()), key).toBe(false);
      }
    },
  );
});
