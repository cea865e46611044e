/*
 * What each command of package.json uses besides Node. A package counts as present when the command or
 * library it provides is found, however it came there; `debian` lists its names, newest releases last;
 * `fedora` is given where that name differs. What `isOptional` is installed where that is easy, and else done without.
 */
const packages = {
  fusermount: { command: "fusermount3", debian: ["fuse3"] },
  libfuse2: { library: "libfuse.so.2", debian: ["libfuse2", "libfuse2t64"], fedora: "fuse-libs" },
  samtools: { command: "samtools", debian: ["samtools"] },
  bcftools: { command: "bcftools", debian: ["bcftools"] },
  tabix: { command: "tabix", debian: ["tabix"], fedora: "htslib-tools" },
  rsync: { command: "rsync", debian: ["rsync"] },
  attr: { command: "getfattr", debian: ["attr"] },
  curl: { command: "curl", debian: ["curl"] },
  openssl: { command: "openssl", debian: ["openssl"] },
  python3: { command: "python3", debian: ["python3"] },
  unzip: { command: "unzip", debian: ["unzip"] },
  vim: { command: "vim", debian: ["vim"], fedora: "vim-enhanced" },
  setpriv: { command: "setpriv", debian: ["util-linux"] },
  tmux: { command: "tmux", debian: ["tmux"] },
  zsh: { command: "zsh", debian: ["zsh"] },
  fish: { command: "fish", debian: ["fish"] },
  mandoc: { command: "mandoc", debian: ["mandoc"] },
  systemd: { command: "systemd-analyze", debian: ["systemd"] },
  chromium: { command: "chromium", debian: ["chromium"], what: "a browser, to sign in with" },
  ps: { command: "ps", debian: ["procps"], fedora: "procps-ng" },
  nginx: { command: "nginx", debian: ["nginx-light"], fedora: "nginx" },
  rclone: { command: "rclone", debian: ["rclone"] },
  bindfs: { command: "bindfs", debian: ["bindfs"] },
  fio: { command: "fio", debian: ["fio"] },
  bwa: { command: "bwa", debian: ["bwa"] },
  snakemake: { command: "snakemake", debian: ["snakemake"] },
  plink: { command: "plink1.9", debian: ["plink1.9"] },
  sambamba: { command: "sambamba", debian: ["sambamba"] },
  git: { command: "git", debian: ["git"] },
  sqlite3: { command: "sqlite3", debian: ["sqlite3"], fedora: "sqlite" },
  lambda: {
    file: "/usr/share/doc/bowtie2/examples/reference/lambda_virus.fa.gz",
    debian: ["bowtie2-examples"],
  },
};

const mount = ["fusermount", "libfuse2", "samtools", "bcftools"];
const tools = ["tabix", "rsync", "attr", "curl", "openssl", "ps", "python3"];
const shells = ["zsh", "fish"];
const others = ["unzip", "vim", "setpriv", "tmux", "mandoc", "systemd", "chromium"];
const pipelines = ["snakemake", "bwa", "plink", "sambamba", "git", "sqlite3", "fio"];
const bench = [...mount, ...tools, "nginx", "rclone", "bindfs", "fio"];
const data = ["samtools", "bcftools", "tabix", "bwa", "lambda"];

function named(names) {
  return names.map((name) => packages[name]);
}

/** Set name → the packages it needs, each with what shows that it is there. */
export const packageSets = {
  // The mount takes the libfuse 2 that comes with an npm package; the steps of the other tools can be left out.
  demo: [
    packages.fusermount,
    ...named(["samtools", "bcftools"]).map((tool) => ({ ...tool, isOptional: true })),
  ],
  test: named([...mount, ...tools, ...shells, ...others, ...pipelines]),
  bench: named(bench),
  data: named(data),
};
