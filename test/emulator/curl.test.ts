import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCommand } from "../helpers/run-command.ts";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";

interface Received {
  readonly Response: Readonly<Record<string, unknown>> & { readonly Id: string };
  readonly ResponseStatus: { readonly ErrorCode?: string };
}

const PART = Buffer.alloc(5_000_000, "a");
const REST = Buffer.from("the rest\n");

/** Recipes for the shell, each of which runs in bash unchanged. */
describe("recipes with curl", () => {
  let emulator: TestEmulator;
  let dir: TempDir;

  /** Runs a recipe in the folder, with `$API`, `$V2` and `$TOKEN` set, and returns its output. */
  async function shell(recipe: string): Promise<string> {
    const { code, stdout, stderr } = await runCommand(
      "bash",
      ["-euo", "pipefail", "-c", `cd ${dir.path}\n${recipe}`],
      {
        env: {
          API: `${emulator.apiServer}/v1pre3`,
          V2: `${emulator.apiServer}/v2`,
          TOKEN: emulator.accessToken,
        },
      },
    );
    expect([code, stderr]).toEqual([0, ""]);
    return stdout;
  }

  async function json(recipe: string): Promise<Received> {
    return JSON.parse(await shell(recipe)) as Received;
  }

  beforeAll(async () => {
    dir = await tempDir();
    await writeFile(dir.join("part1"), PART);
    await writeFile(dir.join("part2"), REST);
    emulator = await startTestEmulator({
      users: [{ id: "7", name: "Ada" }],
      projects: [
        { id: "10", name: "p", appResults: [{ id: "30", name: "r", status: "Running" }] },
        { id: "11", name: "old" },
      ],
    });
  });
  afterAll(async () => {
    await emulator.close();
    await dir[Symbol.asyncDispose]();
  });

  it.each([
    ["x-access-token", `curl -sS -H "x-access-token: $TOKEN" "$API/users/current"`],
    ["Authorization", `curl -sS -H "Authorization: Bearer $TOKEN" "$API/users/current"`],
    ["access_token in the query", `curl -sS "$API/users/current?access_token=$TOKEN"`],
    ["a query name in any case", `curl -sS "$API/users/current/?Access_Token=$TOKEN"`],
  ])("authenticate a request with %s", async (_title, recipe) => {
    expect(await json(recipe)).toMatchObject({ Response: { Id: "7", Name: "Ada" } });
  });

  it("are refused without a token, in JSON and with the status for -f", async () => {
    expect(await json(`curl -sS "$API/users/current"`)).toMatchObject({
      ResponseStatus: { Message: "Unauthorized" },
    });
    expect(await shell(`curl -sf -o /dev/null "$API/users/current" || echo $?`)).toBe("22\n");
  });

  it("list with query names in any case and trailing slashes", async () => {
    const lists = [
      `"$API/users/current/projects?limit=1&OFFSET=1&SortBy=id&sortdir=ASC"`,
      `"$API/users/current/projects/?Limit=1&offset=1"`,
    ];
    for (const url of lists) {
      expect(await json(`curl -sS -H "x-access-token: $TOKEN" ${url}`)).toMatchObject({
        Response: { Items: [{ Id: "11" }], Offset: 1, Limit: 1, SortBy: "Id", SortDir: "Asc" },
      });
    }
    expect(await json(`curl -sS -H "x-access-token: $TOKEN" "$V2/appsessions/?LIMIT=1"`)).toEqual(
      expect.objectContaining({ Paging: expect.objectContaining({ Limit: 1 }) as unknown }),
    );
  });

  it.each([
    ["as a form", `-d name=form`, "form"],
    ["as JSON", `-H "Content-Type: application/json" -d '{"Name":"json"}'`, "json"],
    ["as JSON with keys of another case", `-d '{"nAmE":"odd"}'`, "odd"],
  ])("make a project %s", async (_title, body, name) => {
    const recipe = `curl -sS -H "x-access-token: $TOKEN" ${body} "$API/projects/"`;
    const made = await json(recipe);
    expect(made).toMatchObject({ Response: { Name: name } });
    expect((await json(recipe)).Response.Id).toBe(made.Response.Id);
  });

  it("upload in one piece with --data-binary", async () => {
    const recipe = `curl -sS -H "x-access-token: $TOKEN" -H "Content-Type: text/plain" \\
      --data-binary @part2 "$API/appresults/30/files/?name=rest.txt&directory=a/b"`;
    expect(await json(recipe)).toMatchObject({
      Response: {
        UploadStatus: "complete",
        Path: "a/b/rest.txt",
        ContentType: "text/plain",
        Size: REST.length,
        ETag: createHash("md5").update(REST).digest("hex"),
      },
    });
  });

  it("upload in parts with -T, which waits for 100 Continue, and download the file", async () => {
    const script = `
      auth="x-access-token: $TOKEN"
      begun=$(curl -sS -H "$auth" -H "Content-Type: application/x-gzip" -X POST \\
        "$API/appresults/30/files?name=big.gz&multipart=true")
      id=$(sed -E 's/.*"Id":"([0-9]+)","Href":"v1pre3\\/files.*/\\1/' <<< "$begun")
      for n in 1 2; do
        md5=$(openssl md5 -binary part$n | base64)
        curl -sS -v -H "$auth" -H "Expect: 100-continue" -H "Content-MD5: $md5" \\
          -T part$n "$API/files/$id/parts/$n" > response$n 2> trace$n
        grep -q 'HTTP/1.1 100 Continue' trace$n
        grep -q '"ETag"' response$n
      done
      curl -sS -H "$auth" -X POST "$API/files/$id?uploadstatus=complete" > done.json
      curl -sS "$API/files/$id/content?redirect=meta&access_token=$TOKEN" > meta.json
      url=$(sed -E 's/.*"HrefContent":"([^"]+)".*/\\1/' meta.json)
      curl -sS "$url" | cmp - <(cat part1 part2)
      curl -sS -L "$API/files/$id/content?access_token=$TOKEN" | cmp - <(cat part1 part2)
      curl -sS -r 4999998-5000002 "$url"`;
    expect(await shell(script)).toBe("aathe");
    expect(await json("cat done.json")).toMatchObject({
      Response: { UploadStatus: "complete", Size: PART.length + REST.length },
    });
  });

  it("follow the redirect with a header that curl also sends to the object store", async () => {
    const made = await json(`curl -sS -H "x-access-token: $TOKEN" --data-binary @part2 \\
      "$API/appresults/30/files?name=carried.txt"`);
    const url = `"$API/files/${made.Response.Id}/content"`;
    expect(await shell(`curl -sSfL -H "x-access-token: $TOKEN" ${url}`)).toBe(REST.toString());
    expect(emulator.leaks).toEqual([expect.stringMatching(/^GET \/[0-9a-f]{32}: x-access-token$/)]);
    emulator.clearLeaks();
  });

  it("set, read and delete a property", async () => {
    const url = `-H "Authorization: Bearer $TOKEN" "$API/projects/10/properties`;
    const body = `{"properties":[{"type":"String","name":"my.note","content":"hello"}]}`;
    expect(await json(`curl -sS -d '${body}' ${url}/"`)).toMatchObject({
      Response: { Items: [{ Type: "string", Name: "my.note", Content: "hello" }] },
    });
    await shell(`curl -sSf -o /dev/null -X DELETE ${url}/my.note"`);
    expect(await json(`curl -sS ${url}/my.note"`)).toMatchObject({
      ResponseStatus: { ErrorCode: "BASESPACE.PROPERTIES.NOT_FOUND" },
    });
  });

  it("end a session with a form, after which its results accept no files", async () => {
    const post = `curl -sS -H "x-access-token: $TOKEN" -d`;
    const made = await json(`${post} '{"name":"mine"}' "$API/projects/10/appresults"`);
    const { Id } = made.Response["AppSession"] as { Id: string };
    expect(
      await json(`${post} 'STATUS=Complete&statusSummary=well%20done' "$API/appsessions/${Id}"`),
    ).toMatchObject({ Response: { Status: "Complete", StatusSummary: "well done" } });
    const file = `"$API/appresults/${made.Response.Id}/files?name=late"`;
    expect(await json(`${post} late ${file}`)).toMatchObject({
      ResponseStatus: { ErrorCode: "Conflict" },
    });
  });
});
