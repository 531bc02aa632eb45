import { Fault } from '../../domain/fault.ts';
import type { OrgRowRemover, RemovalResult } from '../../workflows/ports/orgRetention.ts';
import { ROWS_A_CHUNK } from '../../workflows/ports/orgRows.ts';
import type { OrgCalls } from './calls.ts';
import { isKept, KEPT_COLUMNS } from './changes/keptLines.ts';
import { queryAll, textList, type Found } from './changes/query.ts';
import type { SalesforceClient } from './client.ts';
import { unreadable } from './collections.ts';
import { toFault, type RowError } from './errors.ts';
import { LINE_OBJECT } from './rows/renewalLine.ts';
import { FAILURE_OBJECT } from './rows/syncFailure.ts';
import { rowShapes } from './shapes.ts';

/** Keys in one query: as many as an address has room for. */
const MOST_KEYS = 100;

/** Objects of which rows may be deleted: ours alone, and of products of Opportunities those that nobody changed. */
const REMOVABLE = new Set([
  ...rowShapes.map(({ object }) => object).filter((object) => object.endsWith('__c')),
  FAILURE_OBJECT,
  LINE_OBJECT,
]);

type Deleted = { id?: string | null; success: boolean; errors?: RowError[] };

function isDeleted(value: unknown): value is Deleted {
  return typeof value === 'object' && value !== null && 'success' in value && typeof value.success === 'boolean';
}

function resultOf(key: string, { success, errors = [] }: Deleted): RemovalResult {
  const [error] = errors;
  // Somebody was faster; the row is in the recycle bin, which takes no storage.
  if (success || error?.statusCode === 'ENTITY_IS_DELETED') return { key, outcome: 'removed' };
  const hint =
    error?.statusCode === 'INSUFFICIENT_ACCESS_OR_READONLY'
      ? ' Give the integration user the permission set Integration_Write.'
      : '';
  const message = `${error?.message ?? 'Salesforce gave no reason.'}${hint}`.slice(0, 500);
  return { key, outcome: 'refused', code: error?.statusCode ?? 'UNKNOWN', message };
}

/**
 * Deletes rows of ours by their keys: one query a hundred of them for their ids, and one call to delete.
 * Source: REST API Developer Guide, "Delete Records Using sObject Collections" (200 records, in the order of the ids).
 */
export function createOrgRowRemover(client: SalesforceClient, calls: OrgCalls): OrgRowRemover {
  async function idsOf(object: string, keys: readonly string[]): Promise<Map<string, string>> {
    const found: Found[] = [];
    const columns = object === LINE_OBJECT ? KEPT_COLUMNS : ['Key__c'];
    const key = columns[0]!;
    for (let from = 0; from < keys.length; from += MOST_KEYS) {
      const some = textList(keys.slice(from, from + MOST_KEYS));
      found.push(
        ...(await queryAll(
          client,
          `SELECT Id, ${columns.join(', ')} FROM ${object} WHERE IsDeleted = false AND ${key} IN ${some}`,
        )),
      );
    }
    const ours = found.filter((record) => object !== LINE_OBJECT || !isKept(record));
    return new Map(ours.map((record) => [String(record[key]), String(record['Id'])]));
  }

  return {
    async remove(object, keys) {
      if (!REMOVABLE.has(object) || keys.length > ROWS_A_CHUNK)
        throw new Fault({
          code: 'not_removable',
          kind: 'bug',
          publicText: `No rows of ${object} are deleted here, and no more than ${ROWS_A_CHUNK} at once.`,
        });
      const ids = await idsOf(object, keys);
      const there = keys.filter((key) => ids.has(key));
      const absent = keys.filter((key) => !ids.has(key)).map((key): RemovalResult => ({ key, outcome: 'absent' }));
      if (there.length === 0) return absent;
      let answer: unknown;
      try {
        const path = `/composite/sobjects?ids=${there.map((key) => ids.get(key)).join(',')}&allOrNone=false`;
        answer = await calls.send('collections', { method: 'DELETE', path });
      } catch (error) {
        throw toFault(error, `delete rows of ${object}`);
      }
      if (!Array.isArray(answer) || answer.length !== there.length || !answer.every(isDeleted)) throw unreadable();
      return [...absent, ...answer.map((one, index) => resultOf(there[index]!, one))];
    },
  };
}
