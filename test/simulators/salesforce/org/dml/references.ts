import { RowFault } from '../errors.ts';
import type { Field, SObject, SRecord } from '../types.ts';
import type { DmlContext } from './context.ts';
import { notWritable } from './input.ts';

const noCrossAccess = (id: string): RowFault =>
  new RowFault(
    'INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY',
    `insufficient access rights on cross-reference id: ${id}`,
  );

/** Every reference that is written must lead to a record that is there and that the user may see. */
export function checkReferences(
  context: DmlContext,
  object: SObject,
  before: SRecord | null,
  after: SRecord,
  written: readonly Field[],
): void {
  const { access } = context;
  for (const field of written) {
    const id = after[field.name] ?? null;
    if (!field.reference || id === null || (before && before[field.name] === id)) continue;
    if (before && !field.reference.reparentable) throw notWritable([field.name]);
    checkTarget(context, field, String(id));
    const moved = field.reference.masterDetail || object.sharing === 'ControlledByParent';
    if (moved && !access.changesRecord(object.name, after)) throw noCrossAccess(String(id));
  }
}

function checkTarget({ schema, store, access }: DmlContext, field: Field, id: string): void {
  const target = schema.objectOfId(id);
  if (!target || !field.reference!.to.includes(target.name))
    throw new RowFault('FIELD_INTEGRITY_EXCEPTION', `${field.label}: id value of incorrect type: ${id}`, [field.name]);
  const record = store.find(target, id);
  if (!record) throw new RowFault('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id', []);
  if (record['IsDeleted'] === true) throw new RowFault('ENTITY_IS_DELETED', 'entity is deleted', []);
  if (!access.readsObject(target.name) || !access.seesRecord(target.name, record)) throw noCrossAccess(id);
}

/** Accounts whose row is locked by this save: the Account itself, or that of a detail, before and after. */
export function lockedAccounts(
  { schema }: DmlContext,
  object: SObject,
  before: SRecord | null,
  after: SRecord,
): Set<string> {
  if (object.name === 'Account') return new Set([after.Id]);
  const account = schema.object('Account')!;
  const ids = [...object.fields.values()]
    .filter((field) => field.reference?.to.includes(account.name))
    .flatMap((field) => [before?.[field.name], after[field.name]]);
  return new Set(ids.filter((id): id is string => typeof id === 'string'));
}
