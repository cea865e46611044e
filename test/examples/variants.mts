import process from "node:process";
import { connect } from "bsmount";

const [bamId = "", vcfId = "", chrom = ""] = process.argv.slice(2);
const region = { chrom, start: 1, end: 12_800 }; // from 1, both inclusive
await using basespace = await connect();

const { bucketSize, meanCoverage } = await basespace.coverage.interval(bamId, region);
console.log(
  `${meanCoverage.length} buckets of ${bucketSize}, at most ${Math.max(...meanCoverage)}`,
);

const variants = basespace.variants.records(vcfId, region); // requested as they are read
for await (const { position, reference, alternatives, samples } of variants) {
  const genotypes = Object.values(samples).map(({ GT }) => GT);
  console.log(position, `${reference}>${alternatives}`, genotypes.join(" "));
}
