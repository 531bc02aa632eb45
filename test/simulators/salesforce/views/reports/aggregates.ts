import { displayValue } from '../../uiapi/display.ts';
import { EMPTY, type Cell, type Reader } from '../criteria/columns.ts';
import type { Aggregate, Report } from './report.ts';
import { readsSource, valueIn, type Row } from './rows.ts';

/** Sums of decimals carry no noise of binary floats. */
const round = (value: number): number => Number(value.toFixed(9));
const plain = (value: number): Cell => ({ label: new Intl.NumberFormat('en-US').format(value), value });

/** Each record counts once however many children its rows have, as smart totals do, unless they are off. */
function counted({ smartTotals }: Report, { source }: Aggregate, rows: readonly Row[]): readonly Row[] {
  const { table } = source.column;
  if (!smartTotals) return rows;
  const seen = new Set<string>();
  return rows.filter((row) => {
    const id = row[table]?.Id;
    if (id === undefined || seen.has(id)) return false;
    seen.add(id);
    return true;
  });
}

function summarized(reader: Reader, report: Report, aggregate: Aggregate, rows: readonly Row[]): Cell {
  const { kind, source } = aggregate;
  const values = counted(report, aggregate, rows)
    .map((row) => valueIn(reader, source, row))
    .filter((value) => value !== null);
  if (kind === 'Unique') return plain(new Set(values).size);
  const numbers = values.map(Number);
  if (numbers.length === 0 && kind !== 'Sum') return EMPTY;
  const sum = numbers.reduce((total, value) => total + value, 0);
  const value = {
    Sum: sum,
    Average: sum / numbers.length,
    Maximum: Math.max(...numbers),
    Minimum: Math.min(...numbers),
  }[kind];
  return { label: displayValue(source.column.path.field, round(value), reader.timeZone)!, value: round(value) };
}

/** Aggregates over columns that the user may read, in the order of their names in the metadata. */
export const readableAggregates = (reader: Reader, report: Report): Aggregate[] =>
  report.aggregates.filter(({ source }) => readsSource(reader, report.type, source));

/** Summaries of some rows, the number of rows last. */
export const totals = (reader: Reader, report: Report, rows: readonly Row[]): Cell[] => [
  ...readableAggregates(reader, report).map((aggregate) => summarized(reader, report, aggregate, rows)),
  plain(rows.length),
];

export const aggregateNames = (reader: Reader, report: Report): string[] => [
  ...readableAggregates(reader, report).map(({ name }) => name),
  'RowCount',
];
