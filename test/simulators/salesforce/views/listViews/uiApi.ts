import type { Request } from 'express';
import type { SimulatedOrg } from '../../org/org.ts';
import type { SRecord } from '../../org/types.ts';
import { noSuchField, notFound, UiApiError, unsupported } from '../../uiapi/errors.ts';
import { namesOf, selectFields } from '../../uiapi/fields.ts';
import type { UiRoute } from '../../uiapi/index.ts';
import { readableObject } from '../../uiapi/objectInfo.ts';
import { eTagOf, representationOf } from '../../uiapi/record.ts';
import type { Session } from '../../uiapi/session.ts';
import { readerOf, reads, pathOf, valueOf, type Reader } from '../criteria/columns.ts';
import { compareValues } from '../reports/rows.ts';
import type { Views } from '../views.ts';
import type { ListView } from './listViews.ts';
import { listRecords, readableColumns } from './run.ts';

type Found = { record: SRecord; view: ListView; reader: Reader };

/** How the UI API names filter operators (UI API docs, "List View Filter By Info"). */
const OPERATORS: Readonly<Record<string, string>> = {
  equals: 'Equals',
  notEqual: 'NotEqual',
  lessThan: 'LessThan',
  lessOrEqual: 'LessOrEqual',
  greaterThan: 'GreaterThan',
  greaterOrEqual: 'GreaterOrEqual',
  contains: 'Contains',
  notContain: 'NotContain',
  startsWith: 'StartsWith',
  includes: 'Includes',
  excludes: 'Excludes',
};

const referenceOf = ({ record, view }: Pick<Found, 'record' | 'view'>): object => ({
  id: record.Id,
  inContextOfRecordId: null,
  listViewApiName: view.developerName,
  objectApiName: view.object.name,
  parentObjectApiName: null,
  recordTypeId: null,
  relatedListId: null,
  type: 'listView',
});

function listInfo(found: Found): Record<string, unknown> {
  const { view, reader } = found;
  const { nameField } = view.object;
  const name = nameField === null ? null : view.object.fields.get(nameField)!;
  const info = {
    cloneable: false,
    createable: false,
    deletable: false,
    displayColumns: readableColumns(view, reader).map(({ name: fieldApiName, label, path }) => ({
      fieldApiName,
      label,
      lookupId: path.parents.length > 0 ? `${fieldApiName.split('.').slice(0, -1).join('.')}.Id` : null,
      sortable: path.field.filterable,
    })),
    filterLogicString: view.logicText,
    filteredByInfo: view.filters.map(({ column, operator, value }) => ({
      fieldApiName: column.name,
      label: column.label,
      operandLabels: value.split(','),
      operator: OPERATORS[operator],
    })),
    label: view.label,
    listReference: referenceOf(found),
    orderedByInfo: name === null ? [] : [{ fieldApiName: name.name, isAscending: true, label: name.label }],
    updateable: false,
    userPreferences: { columnWidths: {}, columnWrap: {} },
    visibility: view.audience.includes('allInternalUsers') ? 'Public' : 'Shared',
    visibilityEditable: false,
  };
  return { ...info, eTag: eTagOf(info) };
}

function whole(given: unknown, absent: number, most: number, name: string): number {
  const value = given === undefined || given === null ? absent : Number(given);
  if (!Number.isInteger(value) || value < (name === 'pageSize' ? 1 : 0) || value > most)
    throw new UiApiError(400, 'ILLEGAL_QUERY_PARAMETER_VALUE', `${name} must be a whole number up to ${most}`);
  return value;
}

function sorted({ view, reader }: Found, records: SRecord[], written: string | undefined): SRecord[] {
  if (written === undefined) return records;
  const descending = written.startsWith('-');
  const name = written.slice(descending ? 1 : 0).replace(`${view.object.name}.`, '');
  const path = pathOf(reader.org.schema, view.object, name);
  if (!path || !reads(reader.access, view.object, path)) throw noSuchField(name, view.object.name);
  const direction = descending ? -1 : 1;
  return records.toSorted((a, b) => direction * compareValues(valueOf(reader, path, a), valueOf(reader, path, b)));
}

/** `list-info` and `list-records` of list views (UI API docs, "List Views"). */
export function addListUi(route: UiRoute, org: SimulatedOrg, views: Views): void {
  const found = (session: Session, req: Request): Found => {
    const object = readableObject(String(req.params['object']), session);
    const name = String(req.params['listView']);
    const one = views
      .visible('ListView', session.access.userId)
      .find(({ view }) => view.object === object && view.developerName === name);
    if (!one) throw notFound();
    return { ...one, reader: readerOf(org, session.access.userId) };
  };
  const list = (session: Session, req: Request, params: Record<string, unknown>): object => {
    const one = found(session, req);
    const { view, reader } = one;
    for (const name of ['where', 'searchTerm'])
      if (params[name] !== undefined && params[name] !== null) throw unsupported(`${name} is not supported`);
    const own = readableColumns(view, reader).map(({ name }) => `${view.object.name}.${name}`);
    const [fields, optionalFields] = [namesOf(params['fields']), namesOf(params['optionalFields'])];
    const selection = selectFields(view.object, [...own, ...fields], optionalFields, session);
    const pageSize = whole(params['pageSize'], 50, 2000, 'pageSize');
    const start = whole(params['pageToken'], 0, Number.MAX_SAFE_INTEGER, 'pageToken');
    const [sortBy, ...more] = namesOf(params['sortBy']);
    if (more.length > 0) throw unsupported('more than one field of sortBy is not supported');
    const all = sorted(one, listRecords(reader, view, views.recent(session.access.userId, view.object)), sortBy);
    const records = all.slice(start, start + pageSize);
    const url = (at: number | null): string | null =>
      at === null
        ? null
        : `/services/data/v${org.apiVersion}/ui-api/list-records/${view.object.name}/${view.developerName}?pageToken=${at}&pageSize=${pageSize}`;
    const next = start + records.length < all.length ? start + records.length : null;
    const previous = start > 0 ? Math.max(0, start - pageSize) : null;
    const token = (at: number | null): string | null => (at === null ? null : String(at));
    return {
      count: records.length,
      currentPageToken: String(start),
      currentPageUrl: url(start),
      ...{ fields, optionalFields, pageSize },
      listInfoETag: listInfo(one)['eTag'],
      listReference: referenceOf(one),
      nextPageToken: token(next),
      nextPageUrl: url(next),
      previousPageToken: token(previous),
      previousPageUrl: url(previous),
      records: records.map((record) => representationOf(view.object, record, selection, session)),
      searchTerm: null,
      sortBy: sortBy === undefined ? [] : [sortBy],
      where: null,
    };
  };
  route('get', '/list-info/:object', 200, (session, req) => {
    const object = readableObject(String(req.params['object']), session);
    const own = views.visible('ListView', session.access.userId).filter(({ view }) => view.object === object);
    const pageSize = whole(req.query['pageSize'], 20, 2000, 'pageSize');
    const start = whole(req.query['pageToken'], 0, Number.MAX_SAFE_INTEGER, 'pageToken');
    const shown = own.slice(start, start + pageSize);
    const url = (at: number): string =>
      `/services/data/v${org.apiVersion}/ui-api/list-info/${object.name}?pageToken=${at}&pageSize=${pageSize}`;
    const next = start + shown.length < own.length ? start + shown.length : null;
    return {
      count: shown.length,
      currentPageToken: String(start),
      currentPageUrl: url(start),
      lists: shown.map(({ record, view }) => ({
        apiName: view.developerName,
        id: record.Id,
        label: view.label,
        listUiUrl: `/services/data/v${org.apiVersion}/ui-api/list-ui/${record.Id}`,
        listReference: referenceOf({ record, view }),
      })),
      nextPageToken: next === null ? null : String(next),
      nextPageUrl: next === null ? null : url(next),
      pageSize,
    };
  });
  route('get', '/list-info/:object/:listView', 200, (session, req) => listInfo(found(session, req)));
  route('get', '/list-records/:object/:listView', 200, (session, req) => list(session, req, req.query));
  route('post', '/list-records/:object/:listView', 200, (session, req, body) => list(session, req, body));
}
