import { createHash } from 'node:crypto';

/** All rows of an Account are in the same one; one call at a time works on it. */
export const PARTITIONS = 8;

/** @param of id of the Account; of a row that belongs to none the key of what it is a part of, or its own */
export function partitionOf(of: string): number {
  return createHash('sha256').update(of).digest().readUInt32BE(0) % PARTITIONS;
}

/** @returns name of the lease of a partition */
export function leaseOf(partition: number): string {
  return `outbox:${partition}`;
}

export function partitionLeased(lease: string): number {
  return Number(lease.slice(leaseOf(0).length - 1));
}
