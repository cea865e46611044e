import { chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { editIni } from "../../src/config/edit-ini.ts";
import { listProfiles } from "../../src/config/list-profiles.ts";
import { readProfile } from "../../src/config/profile.ts";
import { rereadToken } from "../../src/config/reread-token.ts";
import { forgetToken, writeProfile } from "../../src/config/write-profile.ts";
import { tempDir, type TempDir } from "../helpers/temp-dir.ts";

async function own(home: TempDir, name: string, text: string, mode = 0o600): Promise<string> {
  await mkdir(home.join(".basespace"), { recursive: true });
  const file = home.join(`.basespace/${name}.cfg`);
  await writeFile(file, text, { mode });
  return file;
}

async function shared(home: TempDir, text: string, mode = 0o600): Promise<string> {
  const file = home.join(".basespacepy.cfg");
  await writeFile(file, text, { mode });
  return file;
}

describe("editIni", () => {
  const text =
    "; mine\r\n[DEFAULT]\r\nApiServer : https://a.example/\r\naccesstoken=old\r\n\r\n[BSFS]\r\naccessToken = x\r\n";

  it("changes values and keeps comments, spelling, order, line ends and other sections", () => {
    const changes = { apiServer: "https://b.example", accessToken: "new" };
    expect(editIni(text, "DEFAULT", changes)).toBe(
      "; mine\r\n[DEFAULT]\r\nApiServer : https://b.example\r\naccesstoken=new\r\n\r\n[BSFS]\r\naccessToken = x\r\n",
    );
  });

  it("removes keys, adds missing ones at the end of the section, and adds sections", () => {
    expect(editIni(text, "DEFAULT", { accessToken: undefined, clientKey: "k" })).toBe(
      "; mine\r\n[DEFAULT]\r\nApiServer : https://a.example/\r\nclientKey = k\r\n\r\n[BSFS]\r\naccessToken = x\r\n",
    );
    expect(editIni("", "DEFAULT", { a: "1" })).toBe("[DEFAULT]\na = 1\n");
    expect(editIni("x = 1", "lab", { a: "1", b: undefined })).toBe("x = 1\n\n[lab]\na = 1\n");
    expect(editIni("x = 1\n", "lab", { b: undefined })).toBe("x = 1\n");
  });

  it("leaves one of two equal keys, and comments that look like keys", () => {
    const twice = "[DEFAULT]\n# accessToken = no\naccessToken = 1\nACCESSTOKEN = 2\n";
    expect(editIni(twice, "DEFAULT", { accessToken: "3" })).toBe(
      "[DEFAULT]\n# accessToken = no\naccessToken = 3\n",
    );
  });
});

describe("writeProfile", () => {
  it("[S3] makes a private file in a private folder, and leaves nothing else behind", async () => {
    await using home = await tempDir();
    const file = home.join(".basespace/lab.cfg");
    await writeProfile({ file, section: "DEFAULT" }, { accessToken: "abc" });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(home.join(".basespace"))).mode & 0o777).toBe(0o700);
    expect(await readdir(home.join(".basespace"))).toEqual(["lab.cfg"]);
    expect(await readProfile("lab", home.path)).toEqual({
      file,
      section: "DEFAULT",
      accessToken: "abc",
    });
  });

  it("replaces the target of a link, not the link", async () => {
    await using home = await tempDir();
    await writeFile(home.join("real.cfg"), "[DEFAULT]\nname = x\n", { mode: 0o600 });
    await symlink(home.join("real.cfg"), home.join("link.cfg"));
    await writeProfile({ file: home.join("link.cfg"), section: "DEFAULT" }, { accessToken: "abc" });
    const text = await readFile(home.join("real.cfg"), "utf8");
    expect(text).toBe("[DEFAULT]\nname = x\naccessToken = abc\n");
  });

  it("[S3] does not touch a file that others can read", async () => {
    await using home = await tempDir();
    const file = await own(home, "default", "[DEFAULT]\naccessToken = a\n", 0o644);
    await expect(
      writeProfile({ file, section: "DEFAULT" }, { accessToken: "b" }),
    ).rejects.toMatchObject({ remedy: `chmod 600 ${file}` });
    expect(await readFile(file, "utf8")).toContain("= a");
  });
});

describe("forgetToken", () => {
  it("[S5] leaves behind which server the app is of, as the token said", async () => {
    await using home = await tempDir();
    const app = "clientKey = k\nclientSecret = s\n";
    const silent = await own(home, "silent", `[DEFAULT]\naccessToken = t\n${app}`);
    const text = `[DEFAULT]\napiServer = https://a.example/\n${app}`;
    const named = await own(home, "named", `${text}accessToken = t\naccessTokenExpires = x\n`);
    for (const file of [silent, named]) {
      const profile = await readProfile(file === silent ? "silent" : "named", home.path);
      if (profile !== undefined) await forgetToken(profile);
    }
    expect(await readFile(silent, "utf8")).toBe(
      `[DEFAULT]\n${app}apiServer = https://api.basespace.illumina.com\n`,
    );
    expect(await readFile(named, "utf8")).toBe(text);
  });
});

describe("a section of BaseSpacePy's file", () => {
  it("[S5] inherits app, server and token, but neither app nor token along with another server", async () => {
    await using home = await tempDir();
    await shared(
      home,
      "[DEFAULT]\nclientKey = k\nclientSecret = s\napiServer = https://a.example\naccessToken = t\n[lab]\napiServer = https://a.example/\n[eu]\napiServer = https://b.example\n",
    );
    expect(await readProfile("lab", home.path)).toMatchObject({
      section: "lab",
      clientKey: "k",
      clientSecret: "s",
      apiServer: "https://a.example/",
      accessToken: "t",
    });
    expect(await readProfile("eu", home.path)).toEqual({
      file: home.join(".basespacepy.cfg"),
      section: "eu",
      apiServer: "https://b.example",
    });
  });

  it("[S5] inherits the expiry of a token with that token only", async () => {
    await using home = await tempDir();
    await shared(
      home,
      "[DEFAULT]\naccessToken = t\naccessTokenExpires = 2030-01-01T00:00:00Z\n[lab]\nx = 1\n[eu]\napiServer = https://b.example\naccessToken = e\n[us]\napiServer = https://c.example\n[own]\naccessToken = o\n",
    );
    expect(await readProfile("lab", home.path)).toMatchObject({
      accessToken: "t",
      accessTokenExpires: "2030-01-01T00:00:00Z",
    });
    for (const [name, accessToken] of [
      ["eu", "e"],
      ["own", "o"],
      ["us", undefined],
    ] as const) {
      const profile = await readProfile(name, home.path);
      expect(profile?.accessToken).toBe(accessToken);
      expect(profile).not.toHaveProperty("accessTokenExpires");
    }
  });

  it("is found by its whole name, dots included, and never by a part of one", async () => {
    await using home = await tempDir();
    await shared(
      home,
      "[DEFAULT]\naccessToken = t\n[a.b] ; a comment\naccessToken = b\n[c]\napiServer = https://c.example\n[c.apiServer]\nx = 1\n",
    );
    expect(await readProfile("a", home.path)).toBeUndefined();
    expect(await readProfile("a.b", home.path)).toMatchObject({ accessToken: "b" });
    expect(await readProfile("c", home.path)).toMatchObject({ apiServer: "https://c.example" });
    expect((await listProfiles(home.path)).map(({ name }) => name)).toEqual([
      "a.b",
      "c",
      "c.apiServer",
      "default",
    ]);
  });
});

describe("the server of a profile", () => {
  it.each([
    "apiServer:https://b.example",
    "  APISERVER\t:\thttps://b.example",
    "apiServer=https://b.example ; Frankfurt",
  ])("[S5] is read where ConfigParser reads it: %s", async (line) => {
    await using home = await tempDir();
    const file = await own(home, "lab", `[DEFAULT]\n${line}\naccessToken:t\n`);
    expect(await readProfile("lab", home.path)).toEqual({
      file,
      section: "DEFAULT",
      apiServer: "https://b.example",
      accessToken: "t",
    });
  });

  it.each([
    "apiServer[] = https://b.example",
    "apiServer https://b.example",
    "apiServer =",
    "apiServer = ; https://b.example",
    "apiServer = null",
    "api_server = https://b.example",
  ])("[S5] is not guessed where its line cannot be read: %s", async (line) => {
    await using home = await tempDir();
    const ownFile = await own(home, "lab", `[DEFAULT]\r\naccessToken = t\r\n${line}\r\n`);
    const file = await shared(home, `[ok]\nx = 1\n\n[eu]\naccessToken = t\n${line}\n`);
    for (const [name, message] of [
      ["lab", `line 3 of ${ownFile} does not name the server of section DEFAULT`],
      ["eu", `line 6 of ${file} does not name the server of section eu`],
    ] as const) {
      const refused = { reason: "usage", message };
      await expect(readProfile(name, home.path)).rejects.toMatchObject(refused);
    }
    expect(await readProfile("ok", home.path)).toMatchObject({ section: "ok" });
    expect(await listProfiles(home.path)).toMatchObject([
      { name: "eu", problem: expect.stringContaining(`line 6 of ${file}`) as string },
      { name: "lab", problem: expect.stringContaining(`line 3 of ${ownFile}`) as string },
      { name: "ok", signedIn: false },
    ]);
  });

  it("[S5] is not guessed for sections that inherit such a line; other keys and comments are no such line", async () => {
    await using home = await tempDir();
    const file = await shared(home, "[DEFAULT]\napiServer[] = https://b.example\n[eu]\nx = 1\n");
    await expect(readProfile("eu", home.path)).rejects.toThrow(`line 2 of ${file}`);
    await own(home, "lab", "[DEFAULT]\n# apiServer =\napiServers =\napiServer.old =\n");
    expect(await readProfile("lab", home.path)).toMatchObject({ section: "DEFAULT" });
  });

  it("that cannot be read keeps no other section of the file from being written", async () => {
    await using home = await tempDir();
    const file = await shared(home, "[lab]\nx = 1\n[eu]\napiServer[] = https://b.example\n");
    await writeProfile({ file, section: "lab" }, { accessToken: "new" });
    expect(await readProfile("lab", home.path)).toMatchObject({ accessToken: "new" });
    expect(await readFile(file, "utf8")).toContain("[eu]\napiServer[] = https://b.example\n");
  });
});

describe("a new server in [DEFAULT]", () => {
  it("[S5] does not get the tokens of sections that had no server of their own", async () => {
    await using home = await tempDir();
    const file = await shared(
      home,
      "[DEFAULT]\napiServer = https://a.example\naccessToken = a\n[clinic]\naccessToken = c\n[lab]\nx = 1\n",
    );
    const changes = { apiServer: "https://b.example", accessToken: "b" };
    await writeProfile({ file, section: "DEFAULT" }, changes);
    expect(await readProfile("default", home.path)).toMatchObject(changes);
    expect(await readProfile("clinic", home.path)).toMatchObject({
      apiServer: "https://a.example",
      accessToken: "c",
    });
    expect(await readProfile("lab", home.path)).toMatchObject(changes);
    await writeProfile({ file, section: "clinic" }, { apiServer: "https://c.example" });
    expect(await readProfile("clinic", home.path)).toMatchObject({
      apiServer: "https://c.example",
      accessToken: "c",
    });
  });
});

describe("a new server in [DEFAULT] of a section with an app of its own", () => {
  it("[S5] leaves that app where it is, and takes its own along", async () => {
    await using home = await tempDir();
    const file = await shared(
      home,
      "[DEFAULT]\napiServer = https://a.example\nclientKey = k\nclientSecret = s\n[clinic]\nclientKey = ck\nclientSecret = cs\n[lab]\nx = 1\n",
    );
    await writeProfile({ file, section: "DEFAULT" }, { apiServer: "https://b.example" });
    expect(await readProfile("clinic", home.path)).toMatchObject({
      apiServer: "https://a.example",
      clientKey: "ck",
    });
    expect(await readProfile("lab", home.path)).toMatchObject({
      apiServer: "https://b.example",
      clientKey: "k",
    });
  });
});

describe("listProfiles", () => {
  it("[S1] shows both formats without a secret, the own file before the section", async () => {
    await using home = await tempDir();
    const token = "feedface".repeat(4);
    const labFile = await own(home, "lab", `[DEFAULT]\naccessToken = ${token}\n`);
    const openFile = await own(home, "open", "[DEFAULT]\naccessToken = x\n", 0o644);
    await writeFile(home.join(".basespace/notes.txt"), "not a profile");
    const sharedFile = await shared(
      home,
      "[DEFAULT]\nclientKey = k\nclientSecret = s3cr3t\n[lab]\nx = 1\n[eu]\napiServer = https://b.example\n",
    );
    const profiles = await listProfiles(home.path);
    expect(profiles).toEqual([
      { name: "default", file: sharedFile, signedIn: false, hasClient: true },
      {
        name: "eu",
        file: sharedFile,
        apiServer: "https://b.example",
        signedIn: false,
        hasClient: false,
      },
      { name: "lab", file: labFile, signedIn: true, hasClient: false },
      {
        name: "open",
        file: openFile,
        signedIn: false,
        hasClient: false,
        problem: expect.stringContaining(`chmod 600 ${openFile}`) as string,
      },
    ]);
    expect(JSON.stringify(profiles)).not.toMatch(new RegExp(`${token}|s3cr3t`));
  });

  it("is empty where there is nothing", async () => {
    await using home = await tempDir();
    expect(await listProfiles(home.path)).toEqual([]);
  });
});

describe("rereadToken", () => {
  it("finds a token that was stored since, unless it belongs to another server", async () => {
    await using home = await tempDir();
    const file = await own(home, "default", "[DEFAULT]\napiServer = https://a.example\n");
    const origin = {
      kind: "profile",
      name: "default",
      home: home.path,
      apiServer: "https://a.example/v1pre3/",
    } as const;
    const location = { file, section: "DEFAULT" };
    await writeProfile(location, { accessToken: "new" });
    expect(await rereadToken(origin)).toBe("new");
    await writeProfile(location, { apiServer: "https://b.example" });
    expect(await rereadToken(origin)).toBeUndefined();
    await chmod(file, 0o644);
    await expect(rereadToken(origin)).rejects.toMatchObject({ reason: "usage" });
    expect(await rereadToken({ kind: "fixed" })).toBeUndefined();
  });
});
