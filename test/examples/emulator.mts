import { BaseSpace } from "bsmount";
import { DEMO_CATALOG, startEmulator } from "bsmount/emulator";

await using emulator = await startEmulator({ catalogFile: DEMO_CATALOG }); // without one: an empty account
await using basespace = new BaseSpace(emulator);
for await (const project of basespace.users.projects()) {
  console.log(project.id, project.name);
  for (const sample of await basespace.projects.samples(project.id).all())
    console.log(" ", sample.name);
}
