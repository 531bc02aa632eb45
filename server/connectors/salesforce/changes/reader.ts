import { Fault } from '../../../domain/fault.ts';
import { id18 } from '../../../domain/billingAccount/salesforceId.ts';
import { nameOf, type HeldFields, type OrgReader } from '../../../workflows/ports/org.ts';
import type { OrgValue } from '../../../workflows/ports/orgRows.ts';
import type { SalesforceClient } from '../client.ts';
import { dealsOfAccounts } from './deals.ts';
import { gather } from '../../../platform/gather.ts';
import { inList, queryAll, textList, type Found } from './query.ts';

/** What rows of an object are read with: every field and lookup that some row of it can have. */
export type RowShape = { object: string; fields: readonly string[]; parents: readonly string[] };

/** Ids or keys in one query: as many as an address has room for. */
const MOST_IDS = 200;
const MOST_KEYS = 100;

const versionField = (object: string): string => (object === 'Account' ? 'Billing_Row_Version__c' : 'Row_Version__c');

function selectOf({ object, fields, parents }: RowShape): string {
  const own =
    object === 'Account'
      ? ['Id', 'IsDeleted', 'MasterRecordId']
      : ['Id', 'Key__c', 'Account__c', ...parents.map((parent) => `${parent}.Key__c`)];
  return [...own, 'SystemModstamp', 'LastModifiedById', versionField(object), ...fields].join(', ');
}

const valueOf = (value: unknown): OrgValue =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;

export function heldOf(shape: RowShape, record: Found): HeldFields {
  return {
    version: Number(record[versionField(shape.object)] ?? 0),
    accountId: shape.object === 'Account' ? null : id18(String(record['Account__c'])),
    fields: Object.fromEntries(shape.fields.map((name) => [name, valueOf(record[name])])),
    parents: Object.fromEntries(
      shape.parents.map((parent) => [parent, ((record[parent] as Found | null)?.['Key__c'] ?? null) as string | null]),
    ),
    changedBy: String(record['LastModifiedById']),
  };
}

/**
 * Reads Accounts and rows for the drift check. Reads that are asked for at about the same time share a call.
 * @param shapes of Account and of every mirrored object, as they are now
 */
export function createOrgReader(client: SalesforceClient, shapes: () => readonly RowShape[]): OrgReader {
  const shapeOf = (object: string): RowShape => {
    const shape = shapes().find((one) => one.object === object);
    if (shape) return shape;
    throw new Fault({ code: 'key_invalid', kind: 'bug', publicText: `No rows of ${object} are mirrored.` });
  };

  const accounts = gather<string, Found>(MOST_IDS, async (ids) => {
    const soql = `SELECT ${selectOf(shapeOf('Account'))} FROM Account WHERE Id IN ${inList(ids)}`;
    return new Map((await queryAll(client, soql)).map((record) => [id18(String(record['Id'])), record]));
  });

  const rowsByKey = new Map(
    shapes().map(({ object }) => [
      object,
      gather<string, HeldFields>(MOST_KEYS, async (keys) => {
        const shape = shapeOf(object);
        const soql = `SELECT ${selectOf(shape)} FROM ${shape.object} WHERE IsDeleted = false AND Key__c IN ${textList(keys)}`;
        const found = await queryAll(client, soql);
        return new Map(found.map((record) => [String(record['Key__c']), heldOf(shape, record)]));
      }),
    ]),
  );

  return {
    async account(id) {
      const record = await accounts(id);
      if (record === undefined) return null;
      const master = record['MasterRecordId'];
      return {
        id,
        deleted: record['IsDeleted'] === true,
        masterId: typeof master === 'string' ? id18(master) : null,
        modstamp: new Date(String(record['SystemModstamp'])),
        held: heldOf(shapeOf('Account'), record),
      };
    },
    async rows(names) {
      const found = await Promise.all(
        names.map(async (name) => [nameOf(name), await rowsByKey.get(shapeOf(name.object).object)!(name.key)] as const),
      );
      return new Map(found.flatMap(([name, held]) => (held === undefined ? [] : [[name, held] as const])));
    },
    async rowsOf(accountIds) {
      const rows = new Map<string, HeldFields>();
      let withoutKey = 0;
      for (const shape of shapes().filter(({ object }) => object !== 'Account')) {
        const soql = `SELECT ${selectOf(shape)} FROM ${shape.object} WHERE IsDeleted = false AND Account__c IN ${inList(accountIds)}`;
        for (const record of await queryAll(client, soql)) {
          if (typeof record['Key__c'] !== 'string') withoutKey += 1;
          else rows.set(nameOf({ object: shape.object, key: record['Key__c'] }), heldOf(shape, record));
        }
      }
      for (const [name, held] of await dealsOfAccounts(client, accountIds)) rows.set(name, held);
      return { rows, withoutKey };
    },
  };
}
