import type { Cell, Reader } from '../../views/criteria/columns.ts';
import { readableAggregates } from '../../views/reports/aggregates.ts';
import { flat, type Group } from '../../views/reports/groups.ts';
import { typeOf, type Report, type Source } from '../../views/reports/report.ts';
import { runReport, type Fact, type Result } from '../../views/reports/run.ts';
import { escapeHtml } from '../html.ts';
import { card, isNumber, linked, table, type Column } from './html.ts';

const WORDS = { Sum: 'Sum of', Average: 'Average', Maximum: 'Max', Minimum: 'Min', Unique: 'Unique' } as const;
const EMPTY: Fact = { aggregates: [], rows: [] };
type TableRow = { cells: string[]; kind?: string };

const columnOf = (source: Source): Column => ({ label: source.label, number: isNumber(typeOf(source).type) });

/** Names of the summaries, the number of rows last. */
export const summaryLabels = (reader: Reader, report: Report): string[] => [
  ...readableAggregates(reader, report).map(({ kind, source }) => `${WORDS[kind]} ${source.label}`),
  'Record Count',
];

/** Details under their groups; a group has its summaries in a row of its own. */
function groupedTable(reader: Reader, report: Report, result: Result): string {
  const { org } = reader;
  const levels = report.down.length;
  const summaries = summaryLabels(reader, report);
  const fact = (key: string): Fact => result.facts.get(`${key}!T`) ?? EMPTY;
  const blank = (count: number): string[] => Array.from({ length: count }, () => '');
  const details = (key: string): TableRow[] =>
    fact(key).rows.map(({ dataCells }) => ({
      cells: [...blank(levels), ...dataCells.map((cell) => linked(org, cell)), ...blank(summaries.length)],
    }));
  const total = (names: string[], key: string, kind: string): TableRow => ({
    cells: [
      ...names,
      ...blank(levels + result.columns.length - names.length),
      ...fact(key).aggregates.map(({ label }) => escapeHtml(label)),
    ],
    kind,
  });
  const shown = (group: Group, level: number): TableRow[] => {
    const name = [...blank(level), linked(org, group)];
    const below = group.groups.length > 0 ? group.groups.flatMap((one) => shown(one, level + 1)) : details(group.key);
    return [total(name, group.key, 'subtotal'), ...below];
  };
  const rows = levels === 0 ? details('T') : result.down.flatMap((group) => shown(group, 0));
  const columns = [
    ...report.down.map(({ source }) => ({ label: source.label, number: false })),
    ...result.columns.map(columnOf),
    ...summaries.map((label) => ({ label, number: true })),
  ];
  return table(report.name, columns, report.showGrandTotal ? [...rows, total(['Total'], 'T', 'total')] : rows);
}

/** Groups down by groups across, each with its summaries. */
function matrixTable(reader: Reader, report: Report, result: Result): string {
  const { org } = reader;
  const levels = report.down.length;
  const across = flat(result.across);
  const summaries = summaryLabels(reader, report);
  const heads = [...across.map(({ label }) => label), 'Total'];
  const columns = [
    ...report.down.map(({ source }) => ({ label: source.label, number: false })),
    ...heads.flatMap((head) => summaries.map((label) => ({ label: `${head}: ${label}`, number: true }))),
  ];
  const cells = (key: string): string[] =>
    [...across.map((group) => group.key), 'T'].flatMap((horizontal) => {
      const aggregates: readonly Cell[] = result.facts.get(`${key}!${horizontal}`)?.aggregates ?? [];
      return summaries.map((_, at) => escapeHtml(aggregates[at]?.label ?? '-'));
    });
  const named = (group: Group): TableRow => {
    const level = group.key.split('_').length - 1;
    const names = Array.from({ length: levels }, (_, at) => (at === level ? linked(org, group) : ''));
    return { cells: [...names, ...cells(group.key)], ...(group.groups.length > 0 ? { kind: 'subtotal' } : {}) };
  };
  const grand = { cells: ['Total', ...Array.from({ length: levels - 1 }, () => ''), ...cells('T')], kind: 'total' };
  return table(report.name, columns, [...flat(result.down).map(named), grand]);
}

export const reportTable = (reader: Reader, report: Report, result: Result): string =>
  report.format === 'Matrix' ? matrixTable(reader, report, result) : groupedTable(reader, report, result);

/**
 * A report with its groups and totals.
 * @throws RequestFault FORBIDDEN when permissions let the user not run it
 */
export function reportHtml(reader: Reader, report: Report): string {
  const result = runReport(reader, report, report.showDetails);
  const more = [report.type.label, report.folder.label, ...(result.allData ? [] : ['only the first rows are shown'])];
  return card(report.name, escapeHtml(more.join(' • ')), reportTable(reader, report, result));
}
