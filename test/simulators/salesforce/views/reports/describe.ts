import type { Reader } from '../criteria/columns.ts';
import { aggregateNames, readableAggregates } from './aggregates.ts';
import { intervalDays } from './intervals.ts';
import { typeOf, type Grouping, type Report, type Source } from './report.ts';
import { readsSource } from './rows.ts';

/** Ids that the metadata does not hold. */
export type ReportIds = { id: string; folderId: string };

const VERBS = { Sum: 'Sum of', Average: 'Average', Maximum: 'Max', Minimum: 'Min', Unique: 'Unique' } as const;

const apiType = (source: Source): string => (source.bucket ? 'string' : typeOf(source).type);
const readable = (reader: Reader, report: Report): Source[] =>
  report.columns.filter((source) => readsSource(reader, report.type, source));

const groupingInfo = ({ source, granularity, descending, by }: Grouping): object => ({
  dateGranularity: granularity ?? 'None',
  name: source.name,
  sortAggregate: by,
  sortOrder: descending ? 'Desc' : 'Asc',
});

function dateFilter(report: Report, now: Date): object | null {
  if (!report.timeFrame) return null;
  const { source, interval, start, end } = report.timeFrame;
  const custom = interval === 'INTERVAL_CUSTOM';
  const days = custom ? { start, end } : intervalDays(interval, now);
  return {
    column: source.name,
    durationValue: custom ? 'CUSTOM' : interval.replace('INTERVAL_', ''),
    endDate: days.end,
    startDate: days.start,
  };
}

/** `reportMetadata` of the Analytics API, with the columns that the user may read. */
export function reportMetadata(reader: Reader, report: Report, { id, folderId }: ReportIds, details: boolean): object {
  return {
    aggregates: aggregateNames(reader, report),
    buckets: report.buckets.map(({ name, label, source }) => ({
      // The API spells it so.
      devloperName: name,
      label,
      sourceColumnName: source.name,
    })),
    chart: null,
    crossFilters: [],
    currency: null,
    customDetailFormula: {},
    customSummaryFormula: {},
    dashboardSetting: null,
    description: report.description,
    detailColumns: readable(reader, report).map(({ name }) => name),
    developerName: report.developerName,
    division: null,
    folderId,
    groupingsAcross: report.across.map(groupingInfo),
    groupingsDown: report.down.map(groupingInfo),
    hasDetailRows: details,
    hasRecordCount: true,
    historicalSnapshotDates: [],
    id,
    name: report.name,
    presentationOptions: { hasStackedSummaries: true },
    reportBooleanFilter: report.logicText,
    reportFilters: report.filters.map(({ source, operator, value }) => ({
      column: source.name,
      filterType: 'fieldValue',
      isRunPageEditable: true,
      operator,
      value,
    })),
    reportFormat: report.format.toUpperCase(),
    reportType: { label: report.type.label, type: report.type.name },
    scope: report.scope,
    showGrandTotal: report.showGrandTotal,
    showSubtotals: report.showSubTotals,
    sortBy: report.sort
      ? [{ sortColumn: report.sort.source.name, sortOrder: report.sort.descending ? 'Desc' : 'Asc' }]
      : [],
    standardDateFilter: dateFilter(report, reader.org.clock.now()),
    standardFilters: null,
    supportsRoleHierarchy: false,
    topRows: report.rowLimit === null ? null : { direction: 'Desc', rowLimit: report.rowLimit },
    userOrHierarchyFilterId: null,
  };
}

/** `reportExtendedMetadata`: types and labels of all that the metadata names. */
export function extendedMetadata(reader: Reader, report: Report): object {
  const aggregates = readableAggregates(reader, report).map(({ name, kind, source }): [string, object] => [
    name,
    {
      acrossGroupingContext: null,
      dataType: kind === 'Unique' ? 'int' : apiType(source),
      downGroupingContext: null,
      label: `${VERBS[kind]} ${source.label}`,
    },
  ]);
  const count = { acrossGroupingContext: null, dataType: 'int', downGroupingContext: null, label: 'Record Count' };
  const groups = (groupings: readonly Grouping[]): [string, object][] =>
    groupings.map(({ source }, groupingLevel) => [
      source.name,
      { dataType: apiType(source), groupingLevel, label: source.label },
    ]);
  return {
    aggregateColumnInfo: Object.fromEntries([...aggregates, ['RowCount', count]]),
    detailColumnInfo: Object.fromEntries(
      readable(reader, report).map((source) => [
        source.name,
        {
          dataType: apiType(source),
          entityColumnName: source.column.path.field.name,
          isLookup: typeOf(source).type === 'reference',
          label: source.label,
        },
      ]),
    ),
    groupingColumnInfo: Object.fromEntries([...groups(report.down), ...groups(report.across)]),
  };
}

/** `reportTypeMetadata`: the columns that a report of this type could show to the user. */
export function reportTypeMetadata(reader: Reader, { type }: Report): object {
  return {
    categories: type.sections.map(({ label, columns }) => ({
      columns: Object.fromEntries(
        columns
          .map((name): Source => ({
            name,
            label: type.columns.get(name)!.label,
            column: type.columns.get(name)!,
            bucket: null,
          }))
          .filter((source) => readsSource(reader, type, source))
          .map((source) => [
            source.name,
            {
              ...{ allowedInCustomDetailFormula: true, bucketable: true, dataType: apiType(source) },
              ...{ filterValues: [], filterable: true, isCustom: source.column.path.field.custom },
              ...{ isLookup: typeOf(source).type === 'reference', label: source.label, uniqueCountable: true },
            },
          ]),
      ),
      label,
    })),
    dataTypeFilterOperatorMap: OPERATOR_MAP,
  };
}

const named = (names: Readonly<Record<string, string>>): object[] =>
  Object.entries(names).map(([name, label]) => ({ label, name }));
const EQUAL = { equals: 'equals', notEqual: 'not equal to' };
const ORDER = {
  ...{ lessThan: 'less than', greaterThan: 'greater than' },
  ...{ lessOrEqual: 'less or equal', greaterOrEqual: 'greater or equal' },
};
const TEXT = { contains: 'contains', notContain: 'does not contain', startsWith: 'starts with' };
const MULTI = { includes: 'includes', excludes: 'excludes' };
const OPERATOR_MAP = {
  ...Object.fromEntries(
    ['int', 'double', 'currency', 'percent', 'date', 'datetime'].map((type) => [type, named({ ...EQUAL, ...ORDER })]),
  ),
  ...Object.fromEntries(
    ['string', 'textarea', 'email', 'phone', 'url', 'picklist', 'reference', 'id'].map((type) => [
      type,
      named({ ...EQUAL, ...ORDER, ...TEXT }),
    ]),
  ),
  boolean: named(EQUAL),
  multipicklist: named({ ...EQUAL, ...MULTI }),
};
