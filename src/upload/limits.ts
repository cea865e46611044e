/*
 * What BaseSpace takes of an upload.
 *
 * Illumina's guide to uploads in parts says: parts are numbered 1 to 10 000, each at least "5MB" but for the last
 * one, and none larger than "25MB". It does not say whether a megabyte has 10^6 or 2^20 bytes, and the clients of
 * Illumina differ: BaseSpacePy sends more than 25 000 000 bytes in parts, the C# SDK 25 * 2^20 bytes and more. Each
 * limit here is therefore the stricter reading, which holds whichever one the service means. No document
 * names limits for the parts that v2 has clients send to the object store; they are kept to the same ones.
 */

const MIB = 1024 * 1024;

/** The longest file that is sent in one request, in bytes. */
export const MAX_WHOLE_BYTES = 25_000_000;

/** The shortest part but for the last one, in bytes. */
export const MIN_PART_BYTES: number = 5 * MIB;

/** The longest part, in bytes. */
export const MAX_PART_BYTES = 25_000_000;

/** BaseSpace numbers the parts of an upload from 1 to this. */
export const MAX_PARTS = 10_000;
