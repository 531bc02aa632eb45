import { RequestFault } from '../../org/errors.ts';
import type { SRecord } from '../../org/types.ts';
import { evaluate } from '../../soql/conditions.ts';
import { nameOfReference, reads, valueOf, type Reader } from '../criteria/columns.ts';
import type { ListColumn } from './columns.ts';
import type { ListFilter, ListView } from './listViews.ts';

/** Columns of the view that the user may read. */
export const readableColumns = ({ object, columns }: ListView, { access }: Reader): ListColumn[] =>
  columns.filter(({ path }) => reads(access, object, path));

/** @throws RequestFault when the view filters by a field that the user may not read */
function checkFilters({ object, filters }: ListView, { access }: Reader): void {
  const hidden = filters.find(({ column }) => !reads(access, object, column.path));
  if (hidden)
    throw new RequestFault(
      400,
      'INVALID_FIELD',
      `No such column '${hidden.column.name}' on entity '${object.name}'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names.`,
    );
}

function holds(reader: Reader, { column, test }: ListFilter, record: SRecord): boolean {
  const value = valueOf(reader, column.path, record);
  return test(value, nameOfReference(reader, column.path.field, value), reader.org.clock.now());
}

/**
 * Records of a list view that the user sees, by name.
 * @param recent ids that the user has looked at, newest first
 * @throws RequestFault INVALID_FIELD when it filters by a field that the user may not read
 */
export function listRecords(reader: Reader, view: ListView, recent: readonly string[]): SRecord[] {
  const { org, access } = reader;
  const { object, scope, filters, logic } = view;
  checkFilters(view, reader);
  const records = org
    .all(object.name)
    .filter((record) => access.seesRecord(object.name, record))
    .filter((record) => scope !== 'mine' || record['OwnerId'] === access.userId)
    .filter((record) => scope !== 'recent' || recent.includes(record.Id))
    .filter((record) => evaluate(logic, (at) => holds(reader, filters[at]!, record)));
  const name = (record: SRecord): string => String(record[object.nameField ?? 'Id'] ?? '').toLowerCase();
  const order = (a: SRecord, b: SRecord): number =>
    name(a) === name(b) ? (a.Id < b.Id ? -1 : 1) : name(a) < name(b) ? -1 : 1;
  return scope === 'recent' ? records.sort((a, b) => recent.indexOf(a.Id) - recent.indexOf(b.Id)) : records.sort(order);
}
