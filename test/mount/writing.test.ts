import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { copyDemo } from "../helpers/demo-copy.ts";
import { type Product, startProduct } from "../helpers/product.ts";
import { runShell } from "../helpers/run-command.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";

/*
 * Programs write through the kernel into app results. Each does the same in a folder on the local disk;
 * what it leaves there has to be in BaseSpace, which is asked over its API and not through the mount.
 */

const DEMO = fileURLToPath(new URL("../../src/emulator/demo-data/", import.meta.url));
const READ_TOKEN = "0123456789abcdef0123456789abcdef";
const PROJECT = "projects/Phage lambda";

interface RemoteFile {
  readonly Id: string;
  readonly Path: string;
}

interface Logged {
  /** When the request came. */
  readonly time: string;
  readonly ms: number;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly status: number;
}

let dir: TempDir;
let product: Product;
let results = 0;

beforeAll(async () => {
  dir = await tempDir();
  await mkdir(dir.join("account"));
  const catalog = JSON.parse(await readFile(join(DEMO, "catalog.json"), "utf8")) as object;
  const tokens = [{ accessToken: READ_TOKEN, scopes: "browse global, read global" }];
  await cp(DEMO, dir.join("account"), { recursive: true });
  await writeFile(dir.join("account", "catalog.json"), JSON.stringify({ ...catalog, tokens }));
  const account = ["--catalog", dir.join("account", "catalog.json"), "--data", dir.join("data")];
  product = await startProduct({ emulatorArgs: account });
  await copyDemo(dir.join("demo"));
  const made = await runShell(
    [
      "mkdir -p src/sub && echo one > src/one && echo two > src/two",
      "head -c 3000000 /dev/urandom > src/sub/big",
      "tar cf src.tar src",
      "python3 -m zipfile -c src.zip src",
      "head -c 60000000 /dev/urandom > huge",
      `cp 'demo/${PROJECT}/appresults/lambda-1 alignment/files/lambda-1.bam' in.bam`,
      `cp 'demo/${PROJECT}/appresults/lambda-1 alignment/files/lambda-1.vcf.gz' in.vcf.gz`,
      "samtools cat -o long.bam in.bam in.bam in.bam",
    ].join(" && "),
    dir.path,
  );
  expect(made.stderr).toBe("");
});

afterAll(async () => {
  await product?.[Symbol.asyncDispose]();
  await dir?.[Symbol.asyncDispose]();
});

async function api(path: string, init: RequestInit = {}): Promise<Response> {
  const { apiServer, accessToken } = product.emulator;
  const headers = { authorization: `Bearer ${accessToken}` };
  return await fetch(`${apiServer}/v1pre3/${path}`, { ...init, headers });
}

/** A new app result, made by mkdir through the mount. */
async function newResult(): Promise<{ readonly folder: string; readonly id: string }> {
  const name = `written ${(results += 1)}`;
  const made = await product.shell(`mkdir '${PROJECT}/appresults/${name}'`);
  expect(made.stderr).toBe("");
  const id = await product.shell(`cat '${PROJECT}/appresults/${name}/.id'`);
  return { folder: `${PROJECT}/appresults/${name}/files`, id: id.stdout.trim() };
}

/** The files that BaseSpace lists, newest last, and the MD5 of the newest of each path. */
async function remoteSums(id: string): Promise<{ sums: Record<string, string>; count: number }> {
  const response = await api(`appresults/${id}/files?Limit=1000`);
  const { Response: list } = (await response.json()) as { Response: { Items: RemoteFile[] } };
  const newest = new Map(list.Items.map((file) => [file.Path, file.Id]));
  const sums: Record<string, string> = {};
  for (const [path, fileId] of newest) {
    const content = await api(`files/${fileId}/content`);
    sums[path] = md5(Buffer.from(await content.arrayBuffer()));
  }
  return { sums, count: list.Items.length };
}

async function localSums(folder: string): Promise<Record<string, string>> {
  const { stdout } = await runShell("find . -type f -printf '%P\\0' | xargs -0r md5sum", folder);
  const lines = stdout.split("\n").filter((line) => line !== "");
  return Object.fromEntries(lines.map((line) => [line.slice(34), line.slice(0, 32)]));
}

async function requests(): Promise<readonly Logged[]> {
  const lines = (await readFile(dir.join("data", "requests.jsonl"), "utf8")).trim().split("\n");
  return lines.map((line) => JSON.parse(line) as Logged);
}

async function requestsOf(id: string, asked: string): Promise<readonly Logged[]> {
  return (await requests()).filter(
    ({ method, path }) => method === asked && path.includes(`/appresults/${id}/`),
  );
}

/**
 * Each program, how many versions of files it makes beyond one for each name, and the name of a file whose content
 * differs from run to run.
 */
const PROGRAMS: readonly (readonly [command: string, moreVersions?: number, varying?: string])[] = [
  ["cp $D/src/one x"],
  ["cp -p $D/src/one x"],
  ["cp -a $D/src x"],
  ["install -m 644 $D/src/one x"],
  ["cat $D/src/one > f"],
  ["printf hi > f"],
  ["{ echo a; /bin/echo b; echo c; } > f"],
  ["{ echo a; echo b; } | tee f > $D/null"],
  ["for i in $(seq 50); do /bin/echo $i; done > f"],
  ["cat > f <<END\none\ntwo\nEND"],
  ["sh -c 'sleep 0.2; echo out; echo err >&2' > f 2>&1 & wait"],
  [
    `python3 -c 'import subprocess
with open("f", "w") as f:
    f.write("a\\n"); f.flush(); subprocess.run(["/bin/echo", "b"], stdout=f); f.write("c\\n")'`,
  ],
  ["dd if=$D/src/sub/big of=f bs=64k status=none"],
  ["cp $D/src/sub/big f; printf XYZ | dd of=f conv=notrunc seek=1000 bs=7 status=none", 1],
  ["echo a > f; echo b >> f", 1],
  ["echo a > f; echo bb > f", 1],
  ["samtools sort --no-PG -o s.bam $D/in.bam; samtools index s.bam; samtools quickcheck s.bam"],
  ["zcat $D/in.vcf.gz | bgzip > v.vcf.gz; tabix -p vcf v.vcf.gz"],
  ["bcftools view --no-version -Oz -o v.vcf.gz $D/in.vcf.gz; bcftools index -t v.vcf.gz"],
  ["rsync -a $D/src/ ."],
  ["tar xf $D/src.tar"],
  ["unzip -q $D/src.zip"],
  ["cp $D/src/one g; gzip -nk g"],
  ["split -b 1M $D/src/sub/big p."],
  ["echo abc > f; sed -i s/b/B/ f", 1],
  ["vim -u NONE -es -c 'normal ione' -c wq new < $D/null; cat new"],
  ["printf 'one\\ntwo\\n' > v; vim -u NONE -es -c '%s/one/ONE/' -c wq v < $D/null; cat v", 1],
  [
    `python3 -c 'import mmap, os
fd = os.open("m", os.O_RDWR | os.O_CREAT); os.ftruncate(fd, 8192)
m = mmap.mmap(fd, 8192); m[5:9] = b"abcd"; m.close(); os.close(fd)'`,
  ],
  ["truncate -s 1M z; cp --sparse=always z y"],
  ["truncate -s 1000 t"],
  ["echo hello > t; truncate -s 2 t", 1],
  ["echo x > f.tmp; mv f.tmp f"],
  ["mkdir d; rmdir d; mkdir -p e/f; echo x > e/f/g; cat e/f/g; ls -R"],
  ["echo x > a.tmp; rm a.tmp; touch b; rm b; ls"],
  // Under temporary names, and in folders of temporary files: neither is in the way, nor left behind.
  [
    `python3 -c 'import sqlite3
c = sqlite3.connect("x.db"); c.execute("create table t(a)"); c.execute("insert into t values(1)")
c.commit(); c.close()'`,
  ],
  [
    `python3 -c 'import os, tempfile
f = tempfile.NamedTemporaryFile(dir=".", suffix=".vcf", delete=False); f.write(b"x"); f.close()
os.replace(f.name, "x.vcf")'`,
  ],
  [
    `python3 -c 'import os, tempfile
d = tempfile.mkdtemp(dir="."); open(d + "/a", "w").write("a"); os.rename(d, "whole")
with tempfile.TemporaryDirectory(dir=".") as d: open(d + "/b", "w").write("b")'`,
  ],
  ["TMPDIR=$PWD bcftools sort -m 4k -Oz -o s.vcf.gz $D/in.vcf.gz 2> $D/null; ls"],
  ["samtools sort --no-PG -m 1M -T x.tmp -o s.bam $D/long.bam 2> $D/null; ls"],
  ["sambamba sort -q -m 1M --tmpdir=. -o s.bam $D/long.bam"],
  [
    "plink1.9 --vcf $D/in.vcf.gz --allow-extra-chr --double-id --make-bed --out p > $D/null; ls",
    0,
    "p.log",
  ],
  [
    `sqlite3 x.db 'create table t(a); insert into t values (1), (2)'
sqlite3 x.db 'insert into t values (3); select sum(a) from t; pragma integrity_check'; ls`,
    1,
  ],
];

describe("a program leaves the same in BaseSpace as on the local disk", () => {
  it.each(PROGRAMS.map(([program, more = 0, varying = ""]) => ({ program, more, varying })))(
    "[W3] $program",
    async ({ program, more, varying }) => {
      const { folder, id } = await newResult();
      const local = dir.join(`local ${id}`);
      await runShell(`mkdir '${local}'`, "/");
      const script = program.replaceAll("$D/null", "/dev/null").replaceAll("$D", dir.path);
      const onDisk = await runShell(script, local);
      expect(onDisk.stderr, "a program is missing").not.toMatch(/not found|No such file/);
      const onMount = await product.shell(script, folder);
      expect(onMount).toEqual(onDisk);
      const expected = await localSums(local);
      if (varying in expected) expected[varying] = expect.any(String) as string;
      await expect
        .poll(async () => (await remoteSums(id)).sums, { timeout: 5000 })
        .toEqual(expected);
      const { count } = await remoteSums(id);
      expect(count, "versions").toBe(Object.keys(expected).length + more);
      const begun = (await requestsOf(id, "POST")).filter(({ status }) => status < 300);
      expect(begun.length, "uploads begun").toBe(count);
    },
  );
});

describe("a large file", () => {
  const parts = async (): Promise<readonly Logged[]> =>
    (await requests()).filter(({ method, path }) => method === "PUT" && path.includes("/parts/"));

  it("[W4] is uploaded in parts while it is written, and is complete when cp returns", async () => {
    const { folder, id } = await newResult();
    const before = (await parts()).length;
    expect(await product.shell(`cp '${dir.join("huge")}' huge`, folder)).toMatchObject({ code: 0 });
    const sums = await runShell("md5sum < huge", dir.path);
    expect((await remoteSums(id)).sums).toEqual({ huge: sums.stdout.slice(0, 32) });
    const sent = (await parts()).slice(before);
    expect(sent).toHaveLength(8);
    expect(atOnce(sent), "parts under way at the same time").toBeGreaterThan(1);
    expect(await requestsOf(id, "POST")).toHaveLength(1);
  });

  it("[W5] is an error of close when a part keeps failing, and is not listed", async () => {
    const { folder, id } = await newResult();
    await product.faults("PUT /files/*/parts/3 status=400");
    const { code, stderr } = await product.shell(`cp '${dir.join("huge")}' huge`, folder);
    await product.faults();
    expect([code, stderr]).toEqual([1, expect.stringContaining("Input/output error")]);
    expect((await remoteSums(id)).count).toBe(0);
    expect(await product.shell("cat huge | md5sum; rm huge; ls", folder)).toMatchObject({
      code: 0,
      stdout: (await runShell("md5sum < huge", dir.path)).stdout,
    });
  });

  it("[W6] can be read while it is written, with the size it has then", async () => {
    const { folder } = await newResult();
    const script = "exec 3> f; /bin/echo one >&3; cat f; stat -c %s f; /bin/echo two >&3; cat f";
    expect(await product.shell(script, folder)).toMatchObject({ stdout: "one\n4\none\ntwo\n" });
  });
});

describe("a file that cannot be written", () => {
  it("[W1] is everything but the files of an open app result", async () => {
    const complete = `${PROJECT}/appresults/lambda-1 alignment/files`;
    const says = async (command: string): Promise<string> => (await product.shell(command)).stderr;
    for (const command of [
      "touch x",
      "touch runs/x",
      `touch '${PROJECT}/x'`,
      `mkdir '${PROJECT}/samples/x'`,
      `echo x > '${complete}/x'`,
      `rm '${complete}/lambda-1.bam'`,
    ]) {
      expect(await says(command), command).toMatch(/Read-only file system/);
    }
  });

  it("[W2] a finished file gets no second name, and cannot move into another result", async () => {
    const { folder } = await newResult();
    const says = async (command: string): Promise<string> =>
      (await product.shell(`echo x > f; mkdir -p d; ${command}`, folder)).stderr;
    expect(await says("mv f d/f; mv d/f g; rm g")).toBe("");
    expect(await says("ln f g")).toMatch(/Operation not permitted/);
    expect(await says("mkfifo p")).toMatch(/Operation not permitted/);
    const other = (await newResult()).folder;
    expect(await says(`exec 3> g.tmp; mv g.tmp "$OLDPWD/${other}"`)).not.toBe("");
  });

  it("[W7] a project is made by mkdir, and an app result in it, both under any name", async () => {
    const script = "mkdir projects/'new: ü' && cd projects/'new: ü'/appresults && mkdir 'a／b'";
    expect(await product.shell(script)).toMatchObject({ code: 0, stderr: "" });
    const projects = await api("users/current/projects?Limit=100&Name=new%3A%20%C3%BC");
    const { Response: list } = (await projects.json()) as { Response: { Items: { Id: string }[] } };
    const results = await api(`projects/${list.Items[0]?.Id}/appresults`);
    expect(await results.json()).toMatchObject({
      Response: { Items: [{ Name: "a/b", Status: "Running" }] },
    });
    expect(await product.shell("mkdir projects/'new: ü'")).toMatchObject({
      stderr: expect.stringContaining("File exists") as string,
    });
  });
});

describe("the end of an app result", () => {
  it("[W8] is set by its extended attribute, finishes its files, and makes it read-only", async () => {
    const { folder, id } = await newResult();
    const script = "touch empty; setfattr -n user.basespace.status -v complete ..; echo x > late";
    expect((await product.shell(script, folder)).stderr).toMatch(/late: Read-only file system/);
    const result = await api(`appresults/${id}`);
    expect(await result.json()).toMatchObject({ Response: { Status: "Complete" } });
    expect(Object.keys((await remoteSums(id)).sums)).toEqual(["empty"]);
  });

  it("[W9] is refused while a file has a temporary name", async () => {
    const { folder, id } = await newResult();
    const script = "echo x > f.tmp; setfattr -n user.basespace.status -v complete ..";
    expect((await product.shell(script, folder)).stderr).toMatch(/busy/);
    expect((await remoteSums(id)).count).toBe(0);
    expect(await product.shell("mv f.tmp f; cat f", folder)).toMatchObject({ stdout: "x\n" });
    expect(Object.keys((await remoteSums(id)).sums)).toEqual(["f"]);
  });
});

/** Each changes the file `$f`, which BaseSpace has and this mount has not, more than once within a moment. */
const TWICE: readonly string[] = [
  "echo AAAA >> $f; echo BBBB >> $f",
  "printf XX | dd of=$f conv=notrunc status=none; printf YY | dd of=$f bs=1 seek=4 conv=notrunc status=none",
  "echo AAAA >> $f; sleep 0.1; cat $f > $f.copy",
  "exec 8>>$f; echo AAAA >&8; echo BBBB >> $f; exec 8>&-",
  `python3 -c 'import os, sys
for at, text in ((1, b"XX"), (4, b"YY")):
    with open(sys.argv[1], "r+b") as f: f.seek(at); f.write(text)
    os.truncate(sys.argv[1], 30 - at)' $f`,
];

describe("files of BaseSpace that are changed again at once", () => {
  it.each(TWICE)("[W2] [W6] have both changes: %s", async (command) => {
    const { folder, id } = await newResult();
    const [local, names] = [dir.join(`twice ${results}`), "a b c d e f g h"];
    await runShell(
      `mkdir '${local}' && cd '${local}' && for f in ${names}; do echo five555 > $f; done`,
      "/",
    );
    const copied = await product.bsmount(["cp", "-r", `${local}/.`, `bs:/${folder}`]);
    expect(copied).toMatchObject({ code: 0 });
    await product.bsmount(["refresh", product.mountPoint]);
    // What the kernel and the mount remember of paths is no older than a second.
    const script = `export f; for f in ${names}; do cat $f > /dev/null; done; sleep 1.2
      for f in ${names}; do bash -c '${command.replaceAll("'", "'\\''")}' || exit 1; done`;
    expect(await product.shell(script, folder)).toMatchObject({ code: 0, stderr: "" });
    expect(await runShell(script, local)).toMatchObject({ code: 0, stderr: "" });
    expect((await remoteSums(id)).sums).toEqual(await localSums(local));
  });
});

describe("files under temporary names", () => {
  it("[W10] are finished under the name that they are given, however large", async () => {
    const { folder, id } = await newResult();
    const script = `cp '${dir.join("huge")}' .huge.aB3dEf && mv .huge.aB3dEf huge && ls -A`;
    expect(await product.shell(script, folder)).toMatchObject({ code: 0, stdout: "huge\n" });
    const sums = await runShell("md5sum < huge", dir.path);
    expect((await remoteSums(id)).sums).toEqual({ huge: sums.stdout.slice(0, 32) });
    expect((await requestsOf(id, "POST")).length).toBe(1);
  });
});

describe("a token without the right to write", () => {
  it("[W11] is reported at mkdir and at open", async () => {
    const { folder } = await newResult();
    const readOnly = dir.join("read-only");
    await runShell(`mkdir '${readOnly}'`, "/");
    const token = { BASESPACE_ACCESS_TOKEN: READ_TOKEN };
    expect(await product.bsmount(["mount", readOnly], token)).toMatchObject({ code: 0 });
    try {
      const says = async (command: string): Promise<string> =>
        (await runShell(command, readOnly)).stderr;
      expect(await says(`mkdir '${PROJECT}/appresults/no'`)).toMatch(/Permission denied/);
      expect(await says(`echo x > '${folder}/no'`)).toMatch(/Permission denied/);
    } finally {
      await product.bsmount(["unmount", "--lazy", readOnly], token);
    }
  });
});

/** The most requests that were under way at one moment. */
function atOnce(logged: readonly Logged[]): number {
  const spans = logged.map(({ time, ms }) => ({
    start: Date.parse(time),
    end: Date.parse(time) + ms,
  }));
  const counts = spans.map(
    ({ start }) => spans.filter((s) => s.start <= start && start < s.end).length,
  );
  return Math.max(...counts);
}

function md5(bytes: Uint8Array): string {
  return createHash("md5").update(bytes).digest("hex");
}
