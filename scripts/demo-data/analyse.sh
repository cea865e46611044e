#!/usr/bin/env bash
# Aligns one sample's reads, calls its variants and indexes both:
#   analyse.sh REFERENCE.fa SAMPLE OUT_PREFIX LEVEL R1.fastq.gz R2.fastq.gz [R1 R2 of another lane …]
# Run it where REFERENCE.fa is given as a bare name: the path would end up in the VCF's header.
# Nothing of the time, the machine or the command line gets into the output, so the same reads give
# the same bytes.
set -euo pipefail

reference=$1 sample=$2 out=$3 level=$4
shift 4

read_group="@RG\tID:${sample}\tSM:${sample}\tLB:${sample}\tPL:ILLUMINA"
# Lanes are put behind each other: gzip members may be joined.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
while [ $# -gt 0 ]; do
  cat "$1" >>"$work/R1.fastq.gz"
  cat "$2" >>"$work/R2.fastq.gz"
  shift 2
done

bwa mem -t 1 -v 1 -R "$read_group" "$reference" "$work/R1.fastq.gz" "$work/R2.fastq.gz" |
  grep -v '^@PG' |
  samtools sort --no-PG -l "$level" -T "$work/sort" -o "$out.bam" - 2>"$work/log" || { cat "$work/log" >&2; exit 1; }
samtools index "$out.bam"

bcftools mpileup --no-version -Ou -f "$reference" "$out.bam" 2>"$work/log" |
  bcftools call --no-version --ploidy 1 -mv -Ou |
  bcftools filter --no-version -i 'QUAL>=20' -Oz -o "$out.vcf.gz" || { cat "$work/log" >&2; exit 1; }
tabix -p vcf "$out.vcf.gz"
