import type { SimClock } from '../../../kit/clock.ts';
import type { UserAccess } from '../access.ts';
import type { DuplicateRules } from '../duplicates/rules.ts';
import type { Evaluator } from '../formula/evaluator.ts';
import type { RowLocks } from '../locks.ts';
import type { Schema } from '../schema/schema.ts';
import type { Store } from '../store.ts';
import type { Triggers } from '../triggers.ts';
import { toDateTime } from '../values.ts';
import type { SObject, SRecord } from '../types.ts';

/** What a save works with. */
export type DmlContext = {
  schema: Schema;
  store: Store;
  access: UserAccess;
  clock: SimClock;
  locks: RowLocks;
  evaluator: Evaluator;
  duplicates: DuplicateRules;
  triggers: Triggers;
  /** Ids of records that wait for an approval. */
  approvals: ReadonlySet<string>;
  allowDuplicates: boolean;
  /** Access of other users, such as new owners. */
  accessOf(userId: string): UserAccess;
};

/** One record on its way into the store. */
export type Save = {
  context: DmlContext;
  object: SObject;
  /** Null for a new record. */
  before: SRecord | null;
  /** Is changed until it is stored. */
  after: SRecord;
  /** Names of the fields that the writer gave. */
  written: ReadonlySet<string>;
};

export const nowOf = (context: DmlContext): string =>
  toDateTime(new Date(Math.floor(context.clock.now().getTime() / 1000) * 1000));

/** Record that a reference leads to, not deleted. */
export function target({ schema, store }: DmlContext, objectName: string, id: unknown): SRecord | null {
  if (typeof id !== 'string') return null;
  const record = store.find(schema.object(objectName)!, id);
  return record && record['IsDeleted'] !== true ? record : null;
}

/** Details and other records that hold `id` in `field`, not deleted. */
export function holders({ schema, store }: DmlContext, objectName: string, fieldName: string, id: string): SRecord[] {
  const object = schema.object(objectName)!;
  return store.holding(object.fields.get(fieldName)!, id).map((holder) => store.find(object, holder)!);
}

/** Stores values that the platform works out itself; nobody's permission is asked. */
export function derive(context: DmlContext, object: SObject, id: string, values: Partial<SRecord>): void {
  const record = context.store.find(object, id);
  if (!record || Object.entries(values).every(([name, value]) => record[name] === value)) return;
  const at = nowOf(context);
  const stamp = { LastModifiedDate: at, LastModifiedById: context.access.userId, SystemModstamp: at };
  context.store.put(object, { ...record, ...values, ...stamp } as SRecord);
}
