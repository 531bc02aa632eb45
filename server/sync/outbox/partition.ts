import { createHash } from 'node:crypto';

/** All rows of an Account are in the same one; one call at a time works on it. */
export const PARTITIONS = 8;

/** @param of id of the Account, or the key of a row that belongs to none */
export function partitionOf(of: string): number {
  return createHash('sha256').update(of).digest().readUInt32BE(0) % PARTITIONS;
}
