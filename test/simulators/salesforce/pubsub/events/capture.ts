import type { Change, Commit, FieldValue } from '../../org/types.ts';
import { capturedFields, publishesChanges } from './fields.ts';
import type { ChangeEvent, ChangeType } from './types.ts';

const MAX_EVENT_BYTES = 1_048_576;
/** Record id of an overflow event, which tells no record. */
const EMPTY_ID = '000000000000000AAA';

export type CaptureOptions = {
  isSelected(objectName: string): boolean;
  commitNumber: string;
  /** Changes of one transaction that get events of their own; fields of an update count each. */
  maxChanges: number;
  /** Objects whose changes come as gap events, with the record id and no data. */
  gaps: readonly string[];
  /** Objects whose changes come as one overflow event per transaction. */
  overflows: readonly string[];
};

type Draft = Pick<ChangeEvent, 'entityName' | 'recordIds' | 'changeType' | 'changedFields' | 'nulledFields' | 'values'>;

function draftOf({ object, type, before, after }: Change): Draft {
  const draft = { entityName: object.name, recordIds: [after.Id], changeType: type };
  const values: Record<string, FieldValue> = {};
  if (type === 'DELETE') return { ...draft, changedFields: [], nulledFields: [], values };
  const fields = capturedFields(object, after).map(({ name }) => name);
  const now = (name: string): FieldValue => after[name] ?? null;
  if (type !== 'UPDATE') {
    for (const name of fields) if (now(name) !== null) values[name] = now(name);
    return { ...draft, changedFields: [], nulledFields: [], values };
  }
  const changedFields = fields.filter((name) => name === 'LastModifiedDate' || (before?.[name] ?? null) !== now(name));
  for (const name of changedFields) values[name] = now(name);
  return { ...draft, changedFields, nulledFields: changedFields.filter((name) => now(name) === null), values };
}

const gapOf = (draft: Draft): Draft => ({
  ...draft,
  changeType: `GAP_${draft.changeType}` as ChangeType,
  changedFields: [],
  nulledFields: [],
  values: {},
});

const isOversized = ({ values }: Draft): boolean => Buffer.byteLength(JSON.stringify(values)) > MAX_EVENT_BYTES;

/** The same change of several records in one transaction is one event with several ids. */
function mergeSame(drafts: readonly Draft[]): Draft[] {
  const merged = new Map<string, Draft>();
  for (const draft of drafts) {
    const { recordIds, ...change } = draft;
    const key = draft.changeType === 'CREATE' ? recordIds[0]! : JSON.stringify(change);
    const same = merged.get(key);
    if (same) same.recordIds.push(...recordIds);
    else merged.set(key, { ...draft });
  }
  return [...merged.values()];
}

/**
 * Change events of one transaction, in the order of its changes; what goes beyond the number of changes that are told
 * one by one ends in one overflow event for each object.
 */
export function captureCommit(commit: Commit, options: CaptureOptions): ChangeEvent[] {
  const drafts: Draft[] = [];
  const overflown = new Set<string>();
  let counted = 0;
  for (const change of commit.changes) {
    const { name } = change.object;
    if (!publishesChanges(change.object)) continue;
    const draft = draftOf(change);
    counted += Math.max(1, draft.changedFields.length);
    if (counted > options.maxChanges || options.overflows.includes(name)) overflown.add(name);
    else drafts.push(options.gaps.includes(name) || isOversized(draft) ? gapOf(draft) : draft);
  }
  const overflows = [...overflown].map((entityName): Draft => {
    const none = { changedFields: [], nulledFields: [], values: {} };
    return { entityName, recordIds: [EMPTY_ID], changeType: 'GAP_OVERFLOW', ...none };
  });
  return [...mergeSame(drafts), ...overflows]
    .map((draft, at) => ({
      ...draft,
      changeOrigin: commit.origin,
      transactionKey: commit.transactionKey,
      sequenceNumber: at + 1,
      commitTimestamp: Math.floor(commit.at.getTime() / 1000) * 1000,
      commitNumber: options.commitNumber,
      commitUser: commit.userId,
    }))
    .filter(({ entityName }) => options.isSelected(entityName));
}
