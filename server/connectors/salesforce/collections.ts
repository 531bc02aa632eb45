import { Fault } from '../../domain/fault.ts';
import { NAMED_DEAL, ORDER_OBJECT } from '../../workflows/ports/deals.ts';
import type { OrgChunk, OrgChunkResult, OrgWrite } from '../../workflows/ports/orgRows.ts';
import { CATALOG_OBJECTS } from './rows/catalog.ts';
import { LINE_OBJECT } from './rows/renewalLine.ts';
import { refusalsOfMissing, toChunkResult, toRowResults, type RowError } from './errors.ts';

/** A call of the REST API, below `/services/data/v66.0`; the same whether it goes alone or inside a Composite call. */
export type OrgRequest = { method: 'POST' | 'PATCH'; path: string; body: unknown };

export type CollectionsResult = { success: boolean; errors?: RowError[] };
type Subresponse = { referenceId: string; httpStatusCode: number; body: unknown };

/** Fields on records that are people's: those are there already, and found by their id. */
const ON_RECORDS: Readonly<Record<string, string>> = { Account: 'Account', [NAMED_DEAL]: 'Opportunity' };
export const isOnRecord = (object: string): boolean => object in ON_RECORDS;

/**
 * One chunk as sObject Collections: upsert by `Key__c`, and update by id for fields on records of people.
 * Source: Salesforce REST API Developer Guide, "Upsert Records Using sObject Collections".
 */
export function collectionsRequest({ object, writes }: OrgChunk): OrgRequest {
  const type = ON_RECORDS[object] ?? object;
  const records = writes.map((write) => ({ attributes: { type }, ...recordOf(write) }));
  const path = isOnRecord(object) ? '/composite/sobjects' : `/composite/sobjects/${object}/${keyFieldOf(object)}`;
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

/** Standard objects of which records are made, found by a field of ours. */
export const RECORD_OBJECTS = ['Opportunity', 'Task', ...CATALOG_OBJECTS, LINE_OBJECT] as const;
export const isRecordObject = (object: string): boolean => RECORD_OBJECTS.some((one) => one === object);
const keyFieldOf = (object: string): string => (isRecordObject(object) ? 'Billing_Key__c' : 'Key__c');

const parentsBy = (field: string, { parents }: OrgWrite['row']): Record<string, Record<string, string>> =>
  Object.fromEntries(Object.entries(parents).map(([relationship, { key }]) => [relationship, { [field]: key }]));

/** Fields of a row as they are sent; a parent is an object with its key. */
export function recordOf({ row, accountId, rowVersion, syncedAt }: OrgWrite): Record<string, unknown> {
  if (isOnRecord(row.object)) return { Id: row.key, ...row.fields, Billing_Row_Version__c: rowVersion };
  if (isRecordObject(row.object))
    return {
      Billing_Key__c: row.key,
      ...row.initial,
      // To what it belongs is told when it is made, and cannot be changed.
      ...(row.initial === undefined ? {} : parentsBy('Billing_Key__c', row)),
      ...row.fields,
      // An activity has none: what was logged is never written twice, and one that stays open by a call that came late is seen.
      ...(row.object === 'Task' ? {} : { Billing_Row_Version__c: rowVersion }),
    };
  return {
    Key__c: row.key,
    ...row.fields,
    ...parentsBy('Key__c', row),
    ...(accountId === null || row.object === ORDER_OBJECT ? {} : { Account__c: accountId }),
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

/** Whether it is the result of one record. */
export function isResult(value: unknown): value is CollectionsResult {
  return typeof value === 'object' && value !== null && 'success' in value && typeof value.success === 'boolean';
}

/** Of an activity that is somebody else's, where the org has activities Private. */
const NOT_OURS = ['INSUFFICIENT_ACCESS_OR_READONLY', 'INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY'];

/** The validation rule Keep_What_People_Changed. */
const isOfPeople = ({ statusCode, fields = [] }: RowError): boolean =>
  statusCode === 'FIELD_CUSTOM_VALIDATION_EXCEPTION' && fields.includes('Billing_Sales_Price__c');

/**
 * A record that somebody deleted. One that was made before is not made again: what is people's is missing for that. One of
 * people is written again when it is back. A Task that only its owner may change is left to its owner, a line that people
 * changed to them.
 */
function isLeft({ row }: OrgWrite, errors: readonly RowError[]): boolean {
  const areAll = (codes: readonly string[]) =>
    errors.length > 0 && errors.every((one) => codes.includes(one.statusCode));
  if (row.object === NAMED_DEAL) return areAll(refusalsOfMissing);
  if (row.object === LINE_OBJECT && errors.length > 0 && errors.every(isOfPeople)) return true;
  if (!isRecordObject(row.object) || row.initial !== undefined) return false;
  return areAll(['REQUIRED_FIELD_MISSING']) || (row.object === 'Task' && areAll(NOT_OURS));
}

/** @returns results of the rows of a chunk; a Fault when the answer is not one result a row */
export function readCollections(answer: unknown, { writes }: OrgChunk): OrgChunkResult {
  if (!Array.isArray(answer) || answer.length !== writes.length || !answer.every(isResult)) return unreadable();
  const isDone = ({ success, errors }: CollectionsResult, index: number) =>
    success || isLeft(writes[index]!, errors ?? []);
  return toRowResults(answer.map((one, index) => (isDone(one, index) ? null : (one.errors ?? []))));
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
