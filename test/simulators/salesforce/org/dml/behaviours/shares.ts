import { RowFault } from '../../errors.ts';
import type { SObject, SRecord } from '../../types.ts';
import { target, type DmlContext, type Save } from '../context.ts';
import type { Behaviour } from './behaviour.ts';

/** The reference of a share to what it shares, and the field that says how far. */
export function shareFields(share: SObject): { parent: string; level: string } {
  const custom = share.shareOf!.endsWith('__c');
  return custom
    ? { parent: 'ParentId', level: 'AccessLevel' }
    : { parent: `${share.shareOf!}Id`, level: `${share.shareOf!}AccessLevel` };
}

export const shareObjectOf = ({ schema }: Pick<DmlContext, 'schema'>, object: SObject): SObject | undefined =>
  schema.object(object.custom ? object.name.replace(/__c$/, '__Share') : `${object.name}Share`);

function sharedRecord(context: DmlContext, share: SObject, record: SRecord): SRecord | null {
  return target(context, share.shareOf!, record[shareFields(share).parent]);
}

/** Shares by hand: whoever has full access gives read or edit to others; a second share of the same pair replaces the first. */
export const share: Behaviour = {
  prepare({ context, object, after }) {
    const { parent, level } = shareFields(object);
    const record = sharedRecord(context, object, after);
    if (record && !context.access.sharesRecord(object.shareOf!, record))
      throw new RowFault('INSUFFICIENT_ACCESS_OR_READONLY', 'insufficient access rights on object id');
    if (after[level] !== 'Read' && after[level] !== 'Edit')
      throw new RowFault(
        'FIELD_INTEGRITY_EXCEPTION',
        'field integrity exception: unknown (AccessLevel must be Read or Edit)',
        [level],
      );
    if (record?.['OwnerId'] === after['UserOrGroupId'])
      throw new RowFault('FIELD_INTEGRITY_EXCEPTION', 'field integrity exception: unknown (trivial share level)', [
        parent,
      ]);
  },
  saved({ context, object, after }) {
    const { parent } = shareFields(object);
    const { store } = context;
    for (const id of store.holding(object.fields.get(parent)!, after[parent]!))
      if (id !== after.Id && store.find(object, id)!['UserOrGroupId'] === after['UserOrGroupId'])
        store.erase(object, id);
  },
};

/** What the old owner shared by hand ends with their ownership. */
export function removeSharesOfOldOwner({ context, object, before, after }: Save): void {
  if (!before || before['OwnerId'] === after['OwnerId']) return;
  const shares = shareObjectOf(context, object);
  if (!shares) return;
  const field = shares.fields.get(shareFields(shares).parent)!;
  for (const id of context.store.holding(field, after.Id)) context.store.erase(shares, id);
}
