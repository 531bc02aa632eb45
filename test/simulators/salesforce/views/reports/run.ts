import type { Cell, Reader } from '../criteria/columns.ts';
import { totals } from './aggregates.ts';
import { flat, groupsOf, type Group } from './groups.ts';
import type { Report, Source } from './report.ts';
import { cellIn, readsSource, rowsOf, type Row } from './rows.ts';

/** Summaries and details where a group down meets a group across; `T` stands for all groups. */
export type Fact = { aggregates: Cell[]; rows: { dataCells: Cell[] }[] };
export type Result = {
  columns: Source[];
  down: Group[];
  across: Group[];
  /** By `0_1!0`: key of the group down, key of the group across. */
  facts: Map<string, Fact>;
  /** False when there are more rows than an answer holds. */
  allData: boolean;
};

const MAX_DETAILS = 2000;

/**
 * Runs a report as a user would see it.
 * @throws RequestFault FORBIDDEN when permissions let the user not run it
 */
export function runReport(reader: Reader, report: Report, includeDetails: boolean): Result {
  const rows = rowsOf(reader, report);
  const columns = report.columns.filter((source) => readsSource(reader, report.type, source));
  const down = groupsOf(reader, report, report.down, rows);
  const across = groupsOf(reader, report, report.across, rows);
  const facts = new Map<string, Fact>();
  let details = 0;
  const detailsOf = (list: readonly Row[]): Fact['rows'] => {
    const shown = list.slice(0, Math.max(0, MAX_DETAILS - details));
    details += shown.length;
    return shown.map((row) => ({ dataCells: columns.map((source) => cellIn(reader, source, row)) }));
  };
  const whole = { key: 'T', rows, groups: [] };
  const isLeaf = (groups: readonly Group[], group: { key: string; groups: Group[] }): boolean =>
    group.key === 'T' ? groups.length === 0 : group.groups.length === 0;
  for (const vertical of [...flat(down), whole])
    for (const horizontal of [...flat(across), whole]) {
      const within = new Set(horizontal.rows);
      const own = horizontal.key === 'T' ? vertical.rows : vertical.rows.filter((row) => within.has(row));
      if (own.length === 0 && horizontal.key !== 'T') continue;
      const leaf = isLeaf(down, vertical) && isLeaf(across, horizontal);
      facts.set(`${vertical.key}!${horizontal.key}`, {
        aggregates: totals(reader, report, own),
        rows: includeDetails && leaf ? detailsOf(own) : [],
      });
    }
  return { columns, down, across, facts, allData: rows.length <= MAX_DETAILS };
}
