import type { UserAccess } from '../../org/access.ts';
import { RequestFault } from '../../org/errors.ts';
import type { FieldValue, SRecord } from '../../org/types.ts';
import { evaluate } from '../../soql/conditions.ts';
import { cellOf, EMPTY, nameOfReference, reads, valueOf, type Cell, type Reader } from '../criteria/columns.ts';
import { intervalDays } from './intervals.ts';
import type { Report, Source, TimeFrame } from './report.ts';
import type { ReportType, Table } from './reportTypes.ts';

/** One row of a report: a record of each object of its type, null where an outer join found none. */
export type Row = readonly (SRecord | null)[];

export const readsSource = ({ access }: Reader, { tables }: ReportType, { column }: Source): boolean =>
  reads(access, tables[column.table]!.object, column.path);

export function valueIn(reader: Reader, { column, bucket }: Source, row: Row): FieldValue {
  const record = row[column.table] ?? null;
  if (record === null) return null;
  const value = valueOf(reader, column.path, record);
  return bucket ? bucket.of(value) : value;
}

export function cellIn(reader: Reader, source: Source, row: Row): Cell {
  const record = row[source.column.table] ?? null;
  if (record === null) return EMPTY;
  if (!source.bucket) return cellOf(reader, source.column.path, record);
  const value = valueIn(reader, source, row);
  return value === null ? EMPTY : { label: String(value), value };
}

const forbidden = (message: string): RequestFault => new RequestFault(403, 'FORBIDDEN', message);

/** @throws RequestFault FORBIDDEN for users who may not run reports */
export function needRunReports(access: UserAccess): void {
  if (!access.hasPermission('RunReports'))
    throw forbidden('You don’t have permission to run reports. Check that you have the “Run Reports” user permission.');
}

/**
 * Columns that are missing are left out; what decides which rows there are must be readable.
 * @throws RequestFault FORBIDDEN
 */
export function checkAccess(reader: Reader, report: Report): void {
  const { access } = reader;
  needRunReports(access);
  for (const { object } of report.type.tables)
    if (!access.readsObject(object.name))
      throw forbidden(`You don’t have permission to read ${object.labelPlural}, which the report is about.`);
  const deciding = [...report.down, ...report.across, ...report.filters].map(({ source }) => source);
  const hidden = [...deciding, ...(report.timeFrame ? [report.timeFrame.source] : [])].find(
    (source) => !readsSource(reader, report.type, source),
  );
  if (hidden) throw forbidden(`You don’t have access to ${hidden.label}, by which the report is grouped or filtered.`);
}

function joined(reader: Reader, tables: readonly Table[], row: Row): Row[] {
  const table = tables[row.length];
  if (!table) return [row];
  const above = row.at(-1)!;
  const children =
    above === null
      ? []
      : reader.org
          .referencing(table.object, table.reference!, above.Id)
          .filter((child) => reader.access.seesRecord(table.object.name, child));
  if (children.length === 0) return table.outer ? joined(reader, tables, [...row, null]) : [];
  return children.flatMap((child) => joined(reader, tables, [...row, child]));
}

function inFrame(reader: Reader, { source, interval, start, end }: TimeFrame, now: Date): (row: Row) => boolean {
  const days = interval === 'INTERVAL_CUSTOM' ? { start, end } : intervalDays(interval, now);
  if (days.start === null && days.end === null) return () => true;
  return (row) => {
    const value = valueIn(reader, source, row);
    if (value === null) return false;
    const day = String(value).slice(0, 10);
    return (days.start === null || day >= days.start) && (days.end === null || day <= days.end);
  };
}

/** Sorts values as reports do: empty ones first, text without case. */
export function compareValues(a: FieldValue, b: FieldValue): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1;
  const [x, y] = [a, b].map((value) => (typeof value === 'string' ? value.toLowerCase() : value)) as [string, string];
  return x === y ? 0 : x < y ? -1 : 1;
}

/**
 * Rows of a report that the user sees, in the order of its details.
 * @throws RequestFault FORBIDDEN when permissions let the user not run it
 */
export function rowsOf(reader: Reader, report: Report): Row[] {
  checkAccess(reader, report);
  const { org, access } = reader;
  const { type, filters, logic, timeFrame, scope, sort, rowLimit } = report;
  const now = org.clock.now();
  const [base] = type.tables;
  const framed = timeFrame ? inFrame(reader, timeFrame, now) : () => true;
  const holds = (row: Row, at: number): boolean => {
    const { source, test } = filters[at]!;
    const value = valueIn(reader, source, row);
    return test(value, source.bucket ? null : nameOfReference(reader, source.column.path.field, value), now);
  };
  const rows = org
    .all(base!.object.name)
    .filter((record) => access.seesRecord(base!.object.name, record))
    .filter((record) => scope === 'organization' || record['OwnerId'] === access.userId)
    .flatMap((record) => joined(reader, type.tables, [record]))
    .filter((row) => framed(row) && evaluate(logic, (at) => holds(row, at)));
  if (sort && readsSource(reader, type, sort.source)) {
    const direction = sort.descending ? -1 : 1;
    const key = (row: Row): FieldValue =>
      sort.source.column.path.field.type === 'reference'
        ? cellIn(reader, sort.source, row).label
        : valueIn(reader, sort.source, row);
    rows.sort((a, b) => direction * compareValues(key(a), key(b)));
  }
  return rowLimit === null || report.format !== 'Tabular' ? rows : rows.slice(0, rowLimit);
}
