import { Fault } from '../../domain/fault.ts';
import type { OrgChunk, OrgChunkResult, OrgWrite } from '../../workflows/ports/orgRows.ts';
import { toChunkResult, toRowResults, type RowError } from './errors.ts';

/** A call of the REST API, below `/services/data/v66.0`; the same whether it goes alone or inside a Composite call. */
export type OrgRequest = { method: 'POST' | 'PATCH'; path: string; body: unknown };

type CollectionsResult = { success: boolean; errors?: RowError[] };
type Subresponse = { referenceId: string; httpStatusCode: number; body: unknown };

/**
 * One chunk as sObject Collections: upsert by `Key__c`, and update by id for fields on Account.
 * Source: Salesforce REST API Developer Guide, "Upsert Records Using sObject Collections".
 */
export function collectionsRequest({ object, writes }: OrgChunk): OrgRequest {
  const records = writes.map((write) => ({ attributes: { type: object }, ...recordOf(write) }));
  const path = object === 'Account' ? '/composite/sobjects' : `/composite/sobjects/${object}/Key__c`;
  return { method: 'PATCH', path, body: { allOrNone: false, records } };
}

/**
 * Several of them in one call. Their order holds because nothing is collated; each stands for itself.
 * Source: the same guide, "Composite": 25 subrequests, of which 5 may be Collections.
 */
export function compositeRequest(requests: readonly OrgRequest[], apiVersion: string): OrgRequest {
  const compositeRequest = requests.map(({ method, path, body }, index) => ({
    method,
    url: `/services/data/v${apiVersion}${path}`,
    referenceId: referenceOf(index),
    body,
  }));
  return {
    method: 'POST',
    path: '/composite',
    body: { allOrNone: false, collateSubrequests: false, compositeRequest },
  };
}

/** In a Composite call `@{…}` quotes another subrequest's answer, and no escape exists: text of customers must not do so. */
export function mayGoInComposite(request: OrgRequest): boolean {
  return !JSON.stringify(request.body).includes('@{');
}

const referenceOf = (index: number): string => `chunk${index}`;

/** Fields of a row as they are sent; a parent is an object with its key. */
export function recordOf({ row, accountId, rowVersion, syncedAt }: OrgWrite): Record<string, unknown> {
  if (row.object === 'Account') return { Id: row.key, ...row.fields, Billing_Row_Version__c: rowVersion };
  return {
    Key__c: row.key,
    ...row.fields,
    ...Object.fromEntries(
      Object.entries(row.parents).map(([relationship, parent]) => [relationship, { Key__c: parent.key }]),
    ),
    ...(accountId === null ? {} : { Account__c: accountId }),
    Row_Version__c: rowVersion,
    Synced_At__c: syncedAt.toISOString(),
  };
}

/** An answer of any other shape proves nothing: neither that the rows were written nor that they were not. */
export function unreadable(): Fault {
  return new Fault({
    code: 'salesforce_unreadable_answer',
    kind: 'unavailable',
    publicText: 'Salesforce answered something that is no list of results; the same rows are sent again.',
    outcomeUnknown: true,
  });
}

function isResult(value: unknown): value is CollectionsResult {
  return typeof value === 'object' && value !== null && 'success' in value && typeof value.success === 'boolean';
}

/** @returns results of the rows of a chunk; a Fault when the answer is not one result a row */
export function readCollections(answer: unknown, { writes }: OrgChunk): OrgChunkResult {
  if (!Array.isArray(answer) || answer.length !== writes.length || !answer.every(isResult)) return unreadable();
  return toRowResults(answer.map(({ success, errors }) => (success ? null : (errors ?? []))));
}

/**
 * @returns results of each chunk
 * @throws Fault when the answer does not have one part for each chunk
 */
export function readComposite(answer: unknown, chunks: readonly OrgChunk[]): OrgChunkResult[] {
  const parts = (answer as { compositeResponse?: unknown } | null)?.compositeResponse;
  if (!Array.isArray(parts) || parts.length !== chunks.length) throw unreadable();
  const byReference = new Map((parts as Subresponse[]).map((part) => [part?.referenceId, part]));
  return chunks.map((chunk, index) => {
    const part = byReference.get(referenceOf(index));
    if (typeof part?.httpStatusCode !== 'number') return unreadable();
    if (part.httpStatusCode < 300) return readCollections(part.body, chunk);
    const [first] = Array.isArray(part.body) ? (part.body as { errorCode?: unknown; message?: unknown }[]) : [];
    const code = typeof first?.errorCode === 'string' ? first.errorCode : `ERROR_HTTP_${part.httpStatusCode}`;
    return toChunkResult({ errorCode: code, message: String(first?.message ?? code) }, chunk);
  });
}
