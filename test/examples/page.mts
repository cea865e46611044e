import { connect } from "bsmount";

await using basespace = await connect();
const project = await basespace.users.projectByName("MyProject");
const results = basespace.projects.appResults(project.id, { sortBy: "Name" });

const page = await results.page({ offset: 0, limit: 1 }); // one request
console.log(`${page.items.length} of ${page.totalCount}: ${page.items[0]?.name}`);

for await (const result of results) console.log(result.name, result.status); // every page
