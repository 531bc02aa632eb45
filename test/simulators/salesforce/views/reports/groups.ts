import type { FieldValue } from '../../org/types.ts';
import { EMPTY, labelOf, type Cell, type Reader } from '../criteria/columns.ts';
import { aggregateNames, totals } from './aggregates.ts';
import { periodGroup } from './granularity.ts';
import type { Grouping, Report } from './report.ts';
import { compareValues, valueIn, type Row } from './rows.ts';

/** A group of rows; `key` is its place among its siblings after those above, `0_2`. */
export type Group = Cell & { key: string; rows: Row[]; groups: Group[] };

/** What a value sorts by: picklists and buckets have an order of their own, references their names. */
function order({ source, granularity }: Grouping, { label, value }: Cell): FieldValue {
  if (value === null || granularity !== null) return value;
  const { field } = source.column.path;
  const listed = source.bucket?.values ?? field.picklist?.values;
  if (listed) {
    const at = listed.indexOf(String(value));
    return at < 0 ? listed.length : at;
  }
  return field.type === 'reference' ? label : value;
}

function groupOf(reader: Reader, { source, granularity }: Grouping, row: Row): Cell {
  const value = valueIn(reader, source, row);
  if (value === null) return EMPTY;
  if (granularity !== null) return periodGroup(granularity, String(value));
  if (source.bucket) return { label: String(value), value };
  const label = labelOf(reader, source.column.path.field, value);
  return source.column.path.field.type === 'reference' && label === EMPTY.label ? EMPTY : { label, value };
}

/** The groups of some rows, in order, and those within them. */
export function groupsOf(
  reader: Reader,
  report: Report,
  groupings: readonly Grouping[],
  rows: readonly Row[],
  above = '',
): Group[] {
  const [grouping, ...rest] = groupings;
  if (!grouping) return [];
  const byValue = new Map<FieldValue, { cell: Cell; rows: Row[] }>();
  for (const row of rows) {
    const cell = groupOf(reader, grouping, row);
    const known = byValue.get(cell.value);
    if (known) known.rows.push(row);
    else byValue.set(cell.value, { cell, rows: [row] });
  }
  const at = grouping.by === null ? -1 : aggregateNames(reader, report).indexOf(grouping.by);
  const sortKey = (group: { cell: Cell; rows: Row[] }): FieldValue =>
    at < 0 ? order(grouping, group.cell) : totals(reader, report, group.rows)[at]!.value;
  const direction = grouping.descending ? -1 : 1;
  return [...byValue.values()]
    .map((group) => ({ ...group, sortKey: sortKey(group) }))
    .sort((a, b) => direction * compareValues(a.sortKey, b.sortKey))
    .map(({ cell, rows: own }, index) => {
      const key = above === '' ? String(index) : `${above}_${index}`;
      return { ...cell, key, rows: own, groups: groupsOf(reader, report, rest, own, key) };
    });
}

/** Every group, those above before those within. */
export const flat = (groups: readonly Group[]): Group[] => groups.flatMap((group) => [group, ...flat(group.groups)]);
