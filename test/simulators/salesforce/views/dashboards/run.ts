import { RequestFault } from '../../org/errors.ts';
import type { SimulatedOrg } from '../../org/org.ts';
import type { FieldValue } from '../../org/types.ts';
import { readerOf, type Cell, type Reader } from '../criteria/columns.ts';
import { aggregateNames, totals } from '../reports/aggregates.ts';
import { groupsOf } from '../reports/groups.ts';
import type { Report } from '../reports/report.ts';
import { compareValues, rowsOf } from '../reports/rows.ts';
import type { Views } from '../views.ts';
import type { Component, Dashboard } from './dashboard.ts';

/** One bar, slice or line of a table: the group, those within it, and what is summarized of it. */
export type Point = { group: Cell; values: Cell[]; parts: { group: Cell; values: Cell[] }[] };
export type ComponentData = { total: Cell[]; points: Point[] };

/** Who sees the data of a dashboard: whoever looks, or one user for everybody; null when there is no such user. */
export function dashboardReader(org: SimulatedOrg, dashboard: Dashboard, viewerId: string): Reader | null {
  if (dashboard.type === 'LoggedInUser') return readerOf(org, viewerId);
  const user = org.userNamed(dashboard.runningUser!);
  return user && user['IsActive'] === true ? readerOf(org, user.Id) : null;
}

/** @throws RequestFault FORBIDDEN when the report is not for the user whose data is shown */
export function componentReport(reader: Reader, views: Views, { report }: Component): Report {
  const id = views.reportId(report);
  if (views.find('Report', id, reader.access.userId)) return report;
  throw new RequestFault(403, 'FORBIDDEN', 'You don’t have access to the report of this component.');
}

function sorted(points: Point[], { sort }: Component, byTime: boolean): Point[] {
  if (sort === null) return points;
  const nameOf = ({ value, label }: Cell): FieldValue => (byTime ? value : label);
  const key = ({ group, values }: Point): FieldValue =>
    sort.startsWith('RowLabel') ? nameOf(group) : values[0]!.value;
  const direction = sort.endsWith('Descending') ? -1 : 1;
  return points.toSorted((a, b) => direction * compareValues(key(a), key(b)));
}

/**
 * The figures of a component: by its first grouping, and within it by its second.
 * @throws RequestFault FORBIDDEN when permissions let the user not run the report
 */
export function componentData(reader: Reader, views: Views, component: Component): ComponentData {
  const report = componentReport(reader, views, component);
  const rows = rowsOf(reader, report);
  const own = [...report.down, ...report.across];
  const groupings =
    component.groupings.length === 0
      ? own.slice(0, 1)
      : component.groupings.map(({ name }) => own.find(({ source }) => source.name === name)!);
  const names = aggregateNames(reader, report);
  const wanted =
    component.aggregates.length === 0 ? names : component.aggregates.filter((name) => names.includes(name));
  const figures = (list: Parameters<typeof totals>[2]): Cell[] => {
    const cells = totals(reader, report, list);
    return wanted.map((name) => cells[names.indexOf(name)]!);
  };
  const points = groupsOf(reader, report, groupings, rows).map(({ label, value, rows: list, groups }) => ({
    group: { label, value },
    values: figures(list),
    parts: groups.map((part) => ({ group: { label: part.label, value: part.value }, values: figures(part.rows) })),
  }));
  const byTime = groupings[0] != null && groupings[0].granularity !== null;
  return { total: figures(rows), points: sorted(points, component, byTime).slice(0, component.maxValues ?? undefined) };
}
