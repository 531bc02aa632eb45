import type { SimulatedOrg } from '../../org/org.ts';
import type { SObject, SRecord } from '../../org/types.ts';
import { readableObject } from '../../rest/rows/records.ts';
import { ok, param, type Call } from '../../rest/wire/call.ts';
import { invalidInput, notFound } from '../../rest/wire/faults.ts';
import type { Routes } from '../../rest/wire/routes.ts';
import { pathOf, readerOf, valueOf, type Reader } from '../criteria/columns.ts';
import type { Views } from '../views.ts';
import type { ListColumn } from './columns.ts';
import type { ListView } from './listViews.ts';
import { listRecords, readableColumns } from './run.ts';
import { hiddenColumns, soqlOf, whereCondition } from './soql.ts';

type Found = { object: SObject; record: SRecord; view: ListView; reader: Reader };

const shownColumn = (at: number, { name, label, path }: ListColumn, { nameField }: SObject): object => ({
  ascendingLabel: 'Z-A',
  descendingLabel: 'A-Z',
  fieldNameOrPath: name,
  hidden: false,
  label,
  searchable: ['string', 'email', 'phone', 'url', 'picklist'].includes(path.field.type),
  selectListItem: name,
  sortDirection: name === nameField ? 'ascending' : null,
  sortIndex: name === nameField ? at : null,
  sortable: path.field.filterable,
  type: path.field.type,
});
const hiddenColumn = (name: string, object: SObject): object => ({
  ascendingLabel: null,
  descendingLabel: null,
  fieldNameOrPath: name,
  hidden: true,
  label: object.fields.get(name)?.label ?? name,
  searchable: false,
  selectListItem: name,
  sortDirection: null,
  sortIndex: null,
  sortable: false,
  type: object.fields.get(name)?.type ?? 'string',
});

/** List views of an object (REST API Developer Guide, "List Views"). */
export function addListViews(routes: Routes, org: SimulatedOrg, views: Views): void {
  const found = (call: Call): Found => {
    const object = readableObject(org, call.access, param(call, 'object'));
    const id = param(call, 'id');
    const one = views
      .visible('ListView', call.access.userId)
      .find(
        ({ record, view }) =>
          view.object === object && (record.Id === id || (record.Id.startsWith(id) && id.length === 15)),
      );
    if (!one) throw notFound();
    return { object, ...one, reader: readerOf(org, call.access.userId) };
  };
  const item = (call: Call, { object, record, view }: Omit<Found, 'reader'>): object => {
    const url = `/services/data/v${call.version}.0/sobjects/${object.name}/listviews/${record.Id}`;
    return {
      describeUrl: `${url}/describe`,
      developerName: view.developerName,
      id: record.Id,
      label: view.label,
      resultsUrl: `${url}/results`,
      soqlCompatible: true,
      url,
    };
  };
  const columns = ({ object, view, reader }: Found): object[] => {
    const shown = readableColumns(view, reader);
    return [
      ...shown.map((column, at) => shownColumn(at, column, object)),
      ...hiddenColumns(shown).map((name) => hiddenColumn(name, object)),
    ];
  };

  routes.on('GET', '/sobjects/:object/listviews', (call) => {
    const object = readableObject(org, call.access, param(call, 'object'));
    const list = views
      .visible('ListView', call.access.userId)
      .filter(({ view }) => view.object === object)
      .map((one) => item(call, { object, ...one }));
    return ok({ done: true, listviews: list, nextRecordsUrl: null, size: list.length, sobjectType: object.name });
  });
  routes.on('GET', '/sobjects/:object/listviews/:id', (call) => ok(item(call, found(call))));
  routes.on('GET', '/sobjects/:object/listviews/:id/describe', (call) => {
    const one = found(call);
    const { object, record, view, reader } = one;
    const order = object.nameField === null ? [] : [object.nameField];
    return ok({
      columns: columns(one),
      id: record.Id,
      orderBy: [...order, 'Id'].map((fieldNameOrPath) => ({
        ...{ fieldNameOrPath, nullsPosition: 'first', sortDirection: 'ascending' },
      })),
      query: soqlOf(view, readableColumns(view, reader), call.access.userId),
      relatedEntityId: null,
      scope: view.scope === 'mine' ? 'mine' : 'everything',
      scopeEntityId: null,
      sobjectType: object.name,
      whereCondition: whereCondition(view),
    });
  });
  routes.on('GET', '/sobjects/:object/listviews/:id/results', (call) => {
    const one = found(call);
    const { object, record, view, reader } = one;
    const number = (name: string, absent: number): number => {
      const value = Number(call.query.get(name) ?? absent);
      if (!Number.isInteger(value) || value < 0 || value > 2000)
        throw invalidInput(`${name} must be a number between 0 and 2000`);
      return value;
    };
    const [limit, offset] = [number('limit', 25), number('offset', 0)];
    const all = listRecords(reader, view, views.recent(call.access.userId, object));
    const records = all.slice(offset, offset + limit);
    const shown = readableColumns(view, reader);
    const paths = [
      ...shown.map(({ name, path }) => ({ name, path })),
      ...hiddenColumns(shown).map((name) => ({ name, path: pathOf(org.schema, object, name)! })),
    ];
    const text = (value: unknown): string | null => (value === null ? null : String(value));
    return ok(
      {
        columns: columns(one),
        developerName: view.developerName,
        done: offset + records.length >= all.length,
        id: record.Id,
        label: view.label,
        records: records.map((row) => ({
          columns: paths.map(({ name, path }) => ({
            fieldNameOrPath: name,
            value: text(valueOf(reader, path, row)),
          })),
        })),
        size: records.length,
      },
      records.length,
    );
  });
}
