import type { Field, SObject, SRecord } from '../org/types.ts';
import { isLongText } from './display.ts';
import { noSuchField, notFound, UiApiError, unsupported } from './errors.ts';
import { namesOf, selectFields } from './fields.ts';
import { readableRecord, representationOf } from './record.ts';
import type { Session } from './session.ts';

type Sort = { written: string; field: Field; descending: boolean };

const badValue = (message: string) => new UiApiError(400, 'ILLEGAL_QUERY_PARAMETER_VALUE', message);

function wholeNumber(given: unknown, fallback: number, low: number, high: number, name: string): number {
  const value = given === undefined || given === null ? fallback : Number(given);
  if (!Number.isInteger(value) || value < low || value > high)
    throw badValue(`${name} must be a whole number from ${low} to ${high}`);
  return value;
}

/** One key, `Billing_Invoice__c.Due_Date__c` or with a minus sign before it for descending. */
function sortOf(given: unknown, object: SObject, { org, access }: Session): Sort | null {
  const [written, ...more] = namesOf(given);
  if (written === undefined) return null;
  if (more.length > 0) throw badValue('sortBy takes one field');
  const descending = written.startsWith('-');
  const name = written.slice(descending ? 1 : 0).replace(`${object.name}.`, '');
  const field = org.field(object, name);
  if (!field || !access.readsField(object.name, field.name)) throw noSuchField(name, object.name);
  if (!field.filterable || isLongText(field)) throw badValue(`${name} cannot be sorted`);
  return { written, field, descending };
}

function sorted(records: SRecord[], object: SObject, sort: Sort | null, { org, access }: Session): SRecord[] {
  if (!sort) return records;
  const key = (record: SRecord) => {
    const value = org.value(object, record, sort.field, access.userId);
    return typeof value === 'string' ? value.toLowerCase() : value;
  };
  return [...records].sort((left, right) => {
    const [a, b] = [key(left), key(right)];
    if (a === b) return 0;
    // Empty values come first in either direction.
    if (a === null || b === null) return a === null ? -1 : 1;
    return (a < b ? -1 : 1) * (sort.descending ? -1 : 1);
  });
}

/**
 * Records of a child relationship of one record (UI API docs, "Get Related List Records"): page size 1 to 1,999,
 * 50 without; a page token is the position of the first record.
 */
export function relatedListRecords(
  parentId: string,
  relatedListId: string,
  params: Record<string, unknown>,
  session: Session,
): Record<string, unknown> {
  const { org, access } = session;
  const { object: parent, record } = readableRecord(parentId, session);
  const list = org.children(parent).find((child) => child.relationshipName === relatedListId);
  if (!list || !access.readsObject(list.object.name) || !access.readsField(list.object.name, list.field.name))
    throw notFound();
  if (params['where'] !== undefined) throw unsupported('where is not supported');
  const { object } = list;
  const [fields, optionalFields] = [namesOf(params['fields']), namesOf(params['optionalFields'])];
  const selection = selectFields(object, fields, optionalFields, session);
  const pageSize = wholeNumber(params['pageSize'], 50, 1, 1999, 'pageSize');
  const start = wholeNumber(params['pageToken'], 0, 0, Number.MAX_SAFE_INTEGER, 'pageToken');
  const sort = sortOf(params['sortBy'], object, session);
  const visible = org
    .referencing(object, list.field, record.Id)
    .filter((child) => access.seesRecord(object.name, child));
  const records = sorted(visible, object, sort, session).slice(start, start + pageSize);
  const url = (token: number | null) =>
    token === null
      ? null
      : `/services/data/v${org.apiVersion}/ui-api/related-list-records/${record.Id}/${relatedListId}?pageToken=${token}&pageSize=${pageSize}`;
  const next = start + records.length < visible.length ? start + records.length : null;
  const previous = start > 0 ? Math.max(0, start - pageSize) : null;
  const token = (position: number | null) => (position === null ? null : String(position));
  return {
    count: records.length,
    currentPageToken: String(start),
    currentPageUrl: url(start),
    fields,
    listReference: {
      id: null,
      inContextOfRecordId: record.Id,
      parentObjectApiName: parent.name,
      recordTypeId: null,
      relatedListId,
      type: 'relatedList',
    },
    nextPageToken: token(next),
    nextPageUrl: url(next),
    optionalFields,
    pageSize,
    previousPageToken: token(previous),
    previousPageUrl: url(previous),
    records: records.map((child) => representationOf(object, child, selection, session)),
    sortBy: sort ? [sort.written] : [],
  };
}
