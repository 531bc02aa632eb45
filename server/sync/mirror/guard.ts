import type { MirrorWrite } from '../../workflows/ports/mirror.ts';

/** What decides about a write of the record that is stored. */
export type MirrorState = { asOf: Date; version: number; deleted: boolean };

/**
 * Whether a write may replace what is stored: an older one never does; of the same age, a fetch does and a snapshot
 * does not; a tombstone always does, for a deletion is final, and nothing replaces it. Only usage comes back, and is gone by no older
 * reading: it is a sum of ours and not an object that is deleted, and is gone while its subscription is not in force.
 */
export function mayReplace(stored: MirrorState | null, { record, via }: MirrorWrite): boolean {
  if (stored === null) return true;
  const isSum = record.kind === 'usage';
  if (stored.deleted && (!isSum || record.deleted || record.asOf <= stored.asOf)) return false;
  if (record.deleted && !isSum) return true;
  if (record.version !== stored.version) return record.version > stored.version;
  const age = record.asOf.getTime() - stored.asOf.getTime();
  return age === 0 ? via === 'fetch' : age > 0;
}
