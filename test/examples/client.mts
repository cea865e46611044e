import { connect } from "bsmount";

await using basespace = await connect(); // as `bsmount whoami` is signed in; connect({ profile: "lab" })
const project = await basespace.users.projectByName("MyProject");
for await (const result of basespace.projects.appResults(project.id, { statuses: ["Complete"] })) {
  const files = basespace.appResults.files(result.id, { extensions: [".vcf.gz"] });
  await basespace.transfers.download.allToFolder(files, `./${result.id}`);
}
const made = await basespace.projects.createAppResult(project.id, { name: "My calls" });
await basespace.transfers.upload({ appResultId: made.id, path: "calls.vcf.gz" }, "./calls.vcf.gz");
await basespace.properties.setTexts({ resource: "appresults", id: made.id }, { caller: "mine" });
// Until then it is Running; from then on nobody can change it.
if (made.appSession !== undefined) {
  await basespace.appSessions.setStatus(made.appSession.id, { status: "Complete" });
}
