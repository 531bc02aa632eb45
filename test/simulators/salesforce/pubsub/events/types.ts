import type { FieldValue } from '../../org/types.ts';

export const CHANGE_TYPES = [
  'CREATE',
  'UPDATE',
  'DELETE',
  'UNDELETE',
  'GAP_CREATE',
  'GAP_UPDATE',
  'GAP_DELETE',
  'GAP_UNDELETE',
  'GAP_OVERFLOW',
  'SNAPSHOT',
] as const;
export type ChangeType = (typeof CHANGE_TYPES)[number];

/** One event on the bus, as it was published: for everybody, before permissions, filters and enrichment of a channel. */
export type ChangeEvent = {
  entityName: string;
  /** One, or several when the same change hit several records in one transaction. */
  recordIds: string[];
  changeType: ChangeType;
  changeOrigin: string;
  transactionKey: string;
  /** 1, 2, 3 … within the transaction; objects that are not selected leave gaps. */
  sequenceNumber: number;
  /** Milliseconds since 1970, whole seconds. */
  commitTimestamp: number;
  /** 64 bits, which a number of JSON does not hold. */
  commitNumber: string;
  commitUser: string;
  /** By API name; for updates only. */
  changedFields: string[];
  nulledFields: string[];
  values: Record<string, FieldValue>;
};

/** Topic-independent name of an object's events, `AccountChangeEvent` or `Thing__ChangeEvent`. */
export function eventNameOf(objectName: string): string {
  return objectName.endsWith('__c') ? `${objectName.slice(0, -3)}__ChangeEvent` : `${objectName}ChangeEvent`;
}
