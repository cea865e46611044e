import assert from "node:assert/strict";
import { test } from "node:test";
import { BaseSpace, BsmountError } from "bsmount";
import { startEmulator } from "bsmount/emulator";

const files = [{ path: "reads/a.txt", content: "ACGT" }];
const samples = [{ name: "NA12878", files }];

await test("my app reads what it is given", async () => {
  await using emulator = await startEmulator({
    catalog: { projects: [{ name: "Tumour", samples }] },
  });
  await using basespace = new BaseSpace(emulator);
  const project = await basespace.users.projectByName("Tumour");
  const [sample] = await basespace.projects.samples(project.id).all();
  const [file] = await basespace.samples.files(sample?.id ?? "").all();
  assert.equal(file?.path, "reads/a.txt");

  emulator.addFaults("GET /v1pre3/files/* status=403"); // and how it fails
  await assert.rejects(
    basespace.files.get(file.id),
    (error) => error instanceof BsmountError && error.reason === "access-denied",
  );
});
