import { stringify } from 'csv-stringify/sync';
import { z } from 'zod';
import { Fault } from '../../domain/fault.ts';
import type { BulkRowResult, OrgBulkWriter, OrgWrite } from '../../workflows/ports/orgRows.ts';
import type { OrgCalls } from './calls.ts';
import { isOnRecord, isRecordObject, recordOf, unreadable } from './collections.ts';
import { toFault, toRowResult, type RowError } from './errors.ts';

/** Empties a field; an empty cell would leave it as it is. */
const NULL = '#N/A';

const jobSchema = z.object({ id: z.string(), state: z.string() });
const rowSchema = z.looseObject({ Key__c: z.string(), Row_Version__c: z.coerce.number() });

type Flat = Record<string, string>;

/** A row as cells by column: parents by their key (`Billing_Account__r.Key__c`). */
function cellsOf(write: OrgWrite): Flat {
  return Object.fromEntries(
    Object.entries(recordOf(write)).map(([name, value]) => {
      if (typeof value === 'object' && value !== null)
        return [`${name}.Key__c`, String((value as { Key__c: unknown }).Key__c)];
      return [name, value === null || value === '' ? NULL : String(value)];
    }),
  );
}

/**
 * Rows to Salesforce by jobs of Bulk API 2.0: upsert by `Key__c`.
 * Source: Salesforce, "Bulk API 2.0 and Bulk API Developer Guide": Ingest Jobs; Prepare Data Files; Relationship Fields.
 */
export function createOrgBulkWriter(calls: OrgCalls): OrgBulkWriter {
  async function send(call: Parameters<OrgCalls['send']>[1]): Promise<unknown> {
    try {
      return await calls.send('bulk', call);
    } catch (error) {
      throw toFault(error, `work with a bulk job of ${call.path}`);
    }
  }

  async function jobAt(call: Parameters<OrgCalls['send']>[1]): Promise<z.infer<typeof jobSchema>> {
    const parsed = jobSchema.safeParse(await send(call));
    if (!parsed.success) throw unreadable();
    return parsed.data;
  }

  /** @returns rows of a file of results; each names the columns that were uploaded */
  async function fileOf(id: string, name: string): Promise<Flat[]> {
    const rows = await send({ method: 'GET', path: `/jobs/ingest/${id}/${name}` });
    if (rows === '' || rows === undefined) return [];
    if (!Array.isArray(rows)) throw unreadable();
    return rows as Flat[];
  }

  return {
    shapeOf(write) {
      // Fields on records of people are few, and owned together with others.
      if (isOnRecord(write.row.object) || isRecordObject(write.row.object) || write.accountId === null) return null;
      if (Object.values(write.row.fields).includes(NULL)) return null;
      return Object.keys(cellsOf(write)).sort().join(',');
    },
    async create(object) {
      const body = { object, operation: 'upsert', externalIdFieldName: 'Key__c', contentType: 'CSV', lineEnding: 'LF' };
      return (await jobAt({ method: 'POST', path: '/jobs/ingest', body })).id;
    },
    async upload(id, writes) {
      const rows = writes.map(cellsOf);
      const columns = Object.keys(rows[0] ?? {});
      const body = stringify(rows, { header: true, columns, record_delimiter: 'unix' });
      await send({ method: 'PUT', path: `/jobs/ingest/${id}/batches`, body });
      await jobAt({ method: 'PATCH', path: `/jobs/ingest/${id}`, body: { state: 'UploadComplete' } });
    },
    async state(id) {
      const { state } = await jobAt({ method: 'GET', path: `/jobs/ingest/${id}` });
      if (state === 'Open') return 'open';
      if (state === 'UploadComplete' || state === 'InProgress') return 'running';
      return state === 'JobComplete' ? 'done' : 'failed';
    },
    async results(id) {
      const written = await fileOf(id, 'successfulResults');
      const refused = await fileOf(id, 'failedResults');
      return [
        ...written.map((row) => resultOf(row, { outcome: 'written' })),
        ...refused.map((row) => resultOf(row, toRowResult([errorOf(row['sf__Error'] ?? '')]))),
      ];
    },
    async abort(id) {
      await jobAt({ method: 'PATCH', path: `/jobs/ingest/${id}`, body: { state: 'Aborted' } });
    },
  };
}

function resultOf(row: Flat, result: BulkRowResult['result']): BulkRowResult {
  const parsed = rowSchema.safeParse(row);
  if (!parsed.success)
    throw new Fault({
      code: 'salesforce_unreadable_answer',
      kind: 'unavailable',
      publicText: 'The results of a bulk job do not name the rows that they are about; the rows are sent again.',
      outcomeUnknown: true,
    });
  return { key: parsed.data.Key__c, rowVersion: parsed.data.Row_Version__c, result };
}

/** `CODE:message:Field,Other --`; the message may hold colons itself. */
function errorOf(text: string): RowError {
  const [, statusCode = 'UNKNOWN', message = text, fields = ''] =
    /^([A-Z_]+):([\s\S]*):([\w, .]*?)\s*--\s*$/.exec(text) ?? [];
  return { statusCode, message, fields: fields.split(',').filter((name) => name !== '') };
}
