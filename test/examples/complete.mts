import { connect } from "bsmount";

await using basespace = await connect();
const project = await basespace.users.projectByName("MyProject");
const result = await basespace.projects.createAppResult(project.id, { name: "Coverage" });
const session = result.appSession;
if (session === undefined) throw new Error(`app result ${result.id} has no app session`);
try {
  const text = new TextEncoder().encode("chr1\t31.4\n");
  await basespace.transfers.upload({ appResultId: result.id, path: "coverage.tsv" }, text);
  await basespace.appSessions.setStatus(session.id, { status: "Complete", summary: "1 file" });
} catch (error) {
  await basespace.appSessions.setStatus(session.id, { status: "Aborted" });
  throw error;
}
