import { mkdir } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { copyDemo } from "../helpers/demo-copy.ts";
import { type Product, startProduct } from "../helpers/product.ts";
import { remoteResult } from "../helpers/remote-result.ts";
import { runShell } from "../helpers/run-command.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";

/*
 * Programs that remove or rename what they have written, in an app result that is open. Each does the same in a folder
 * on the local disk; exit code, output and files have to be alike. In mode `commit` BaseSpace then has these files and
 * no other; in mode `through` it also has what was removed.
 */

const PROJECT = "projects/Phage lambda";

let sourcesDir: TempDir;
let results = 0;

beforeAll(async () => {
  sourcesDir = await tempDir();
  const demo = sourcesDir.join("demo");
  await copyDemo(demo);
  const alignment = `${demo}/${PROJECT}/appresults/lambda-1 alignment/files`;
  const made = await runShell(
    [
      `samtools cat -o in.bam '${alignment}'/lambda-1.bam '${alignment}'/lambda-1.bam`,
      `zcat '${alignment}/lambda-1.vcf.gz' > in.vcf`,
      "echo one > one && echo two > two",
    ].join(" && "),
    sourcesDir.path,
  );
  expect(made).toMatchObject({ code: 0, stderr: "" });
});

afterAll(async () => {
  await sourcesDir?.[Symbol.asyncDispose]();
});

const GIT = [
  "set -e; export HOME=/nonexistent GIT_CONFIG_NOSYSTEM=1",
  "GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=a",
  "GIT_COMMITTER_EMAIL=a@example.org GIT_AUTHOR_DATE=2024-01-01T00:00Z",
  "GIT_COMMITTER_DATE=2024-01-01T00:00Z;",
].join(" ");

/** Programs, and the files whose bytes differ from run to run: git's index has inodes and dates, its configuration says
 * what the filesystem can, a log has dates. */
const PROGRAMS: readonly (readonly [program: string, varying?: string])[] = [
  ["cp $D/one f; rm f; ls"],
  ["cp $D/one f; mv f g; cat g; ls"],
  ["cp $D/one f; cp $D/two g; mv f g; cat g; ls"],
  ["mkdir d; cp $D/one d/f; cp $D/two d/g; rm -r d; ls"],
  ["cp $D/one f; rm f; cp $D/two f; cat f"],
  ["cp $D/one f; exec 3< f; rm f; cat <&3; ls"],
  ["cp $D/in.vcf f; gzip -n f; ls; gunzip f.gz; ls"],
  ["cp $D/in.vcf f; bgzip f; ls; bgzip -d f.gz; ls"],
  ["cp $D/in.vcf f; sed -i s/PASS/pass/ f; sed -i s/pass/PASS/ f; ls"],
  ["samtools sort --no-PG -m 1M -T pieces -o s.bam $D/in.bam; ls"],
  // It removes the folder of its pieces while it has them open: on the mount the folder goes with the last of them.
  [
    "sambamba sort -q -m 1M --tmpdir=. -o s.bam $D/in.bam; while ls -d sambamba-* 2> /dev/null; do sleep 0.1; done; ls",
  ],
  // Into folders pieces??????.
  ["bcftools sort -m 4k -T pieces -Oz -o s.vcf.gz $D/in.vcf 2> /dev/null; ls"],
  [
    "cp $D/in.vcf .; plink1.9 --vcf in.vcf --allow-extra-chr --double-id --make-bed --out p > /dev/null; rm in.vcf; ls",
    "p.log",
  ],
  [
    `sqlite3 x.db 'create table t(a); insert into t values (1), (2)'
     sqlite3 x.db 'insert into t values (3); select sum(a) from t; pragma integrity_check'
     sqlite3 x.db 'pragma journal_mode = delete; delete from t where a = 1; select * from t; vacuum'; ls -A`,
  ],
  [
    `${GIT} git init -q . && cp $D/one . && git add one && git commit -q -m first &&
     cp $D/two one && cp $D/two . && git add -A && git commit -q -m second && git mv two three &&
     git commit -q -m third && git fsck --strict 2>&1 && git status --short && git log --format=%H:%s &&
     git checkout -q HEAD~1 && ls && git checkout -q - && ls`,
    ".git/config .git/index",
  ],
  [
    `${GIT} git init -q . && for i in 1 2 3 4 5; do cp $D/in.vcf f$i; echo $i >> f$i; git add f$i;
     git commit -q -m $i; done; git gc -q && git fsck --strict 2>&1 && git log --format=%H`,
    ".git/config .git/index",
  ],
  [
    `python3 -c 'import os
open("a", "w").write("a"); open("b", "w").write("b"); os.replace("a", "b"); print(open("b").read())
os.rename("b", "c"); os.remove("c"); print(os.listdir("."))'`,
  ],
];

const MODES = [
  ["through", []],
  ["commit", ["--write-mode", "commit"]],
] as const;

describe.each(MODES)("in mode %s a program does the same as on a local disk", (mode, mountArgs) => {
  let product: Product;

  beforeAll(async () => {
    product = await startProduct({ mountArgs });
  });

  afterAll(async () => {
    await product?.[Symbol.asyncDispose]();
  });

  it.each(PROGRAMS.map(([program, varying]) => ({ program, varying })))(
    "$program",
    async ({ program, varying }) => {
      const name = `removing ${(results += 1)}`;
      const result = `${PROJECT}/appresults/${name}`;
      expect(await product.shell(`mkdir '${result}'`)).toMatchObject({ code: 0 });
      const folder = sourcesDir.join(name);
      await mkdir(folder);
      const script = program.replaceAll("$D", sourcesDir.path);
      const onDisk = await runShell(script, folder);
      expect(onDisk.stderr, "a program is missing").not.toMatch(/not found|No such file/);
      expect(await product.shell(script, `${result}/files`)).toEqual(onDisk);
      const expected = await sums(folder, varying);
      expect(await sums(`${product.mountPoint}/${result}/files`, varying)).toEqual(expected);
      const complete = "setfattr -n user.basespace.status -v complete .";
      expect(await product.shell(complete, result)).toMatchObject({ code: 0, stderr: "" });
      const paths = expected.map((line) => line.replace(/^[0-9a-f]{32} {2}/, ""));
      const inBaseSpace = Object.keys((await remoteResult(product.emulator, name)).files);
      expect(inBaseSpace).toEqual(expect.arrayContaining(paths));
      if (mode === "commit") expect(inBaseSpace).toHaveLength(paths.length);
    },
  );
});

/** Paths and MD5 of all files; of `varying` the path alone. */
async function sums(folder: string, varying = ""): Promise<readonly string[]> {
  const { code, stdout, stderr } = await runShell(
    "find . -type f -printf '%P\\0' | LC_ALL=C sort -z | xargs -0r md5sum",
    folder,
  );
  expect([code, stderr]).toEqual([0, ""]);
  const lines = stdout.split("\n").filter((line) => line !== "");
  return lines.map((line) => (varying.split(" ").includes(line.slice(34)) ? line.slice(34) : line));
}
