import { id18 } from '../../../domain/billingAccount/salesforceId.ts';
import type { LinkRowInOrg, LinkRowReader } from '../../../workflows/ports/matching.ts';
import { gather } from '../../../platform/gather.ts';
import { queryAll, textList, type Found } from '../changes/query.ts';
import { heldOf, type RowShape } from '../changes/reader.ts';
import type { SalesforceClient } from '../client.ts';
import { LINK_OBJECT } from './row.ts';

/** Fields that we write (row.ts). */
const shape: RowShape = {
  object: LINK_OBJECT,
  fields: `Name State__c Connection__c Source__c Source_Url__c Number__c Email__c Currency_Code__c ARR__c Outstanding__c
    Amounts__c Candidates__c Message__c Linked_Account__c`.split(/\s+/),
  parents: [],
};
const COLUMNS = ['Key__c', 'Chosen_Account__c', 'Dismissed__c', 'LastModifiedById', 'Row_Version__c', ...shape.fields];
const MOST_KEYS = 100;

const idOf = (value: unknown): string | null => (typeof value === 'string' ? id18(value) : null);

function toRow(record: Found): LinkRowInOrg {
  const { accountId: _none, ...held } = heldOf(shape, record);
  return {
    chosen: idOf(record['Chosen_Account__c']),
    dismissed: record['Dismissed__c'] === true,
    held: { ...held, accountId: null },
  };
}

/** Reads rows of billing accounts that wait; those that are asked for at about the same time share a call. */
export function createLinkRowReader(client: SalesforceClient): LinkRowReader {
  return {
    row: gather<string, LinkRowInOrg>(MOST_KEYS, async (keys) => {
      const soql = `SELECT ${COLUMNS.join(', ')} FROM ${LINK_OBJECT} WHERE IsDeleted = false AND Key__c IN ${textList(keys)}`;
      const records = await queryAll(client, soql);
      return new Map(records.map((record) => [String(record['Key__c']), toRow(record)]));
    }),
  };
}
