import { MetadataFile, type Element } from '../../org/schema/metadata.ts';
import type { Schema } from '../../org/schema/schema.ts';
import type { Field } from '../../org/types.ts';
import type { Tree } from '../../soql/conditions.ts';
import { criterion, type Test } from '../criteria/criterion.ts';
import { filterLogic } from '../criteria/logic.ts';
import type { Folder, FolderFile } from '../folders/folders.ts';
import { readBucket, type Bucket } from './buckets.ts';
import { GRANULARITIES, type Granularity } from './granularity.ts';
import { isInterval } from './intervals.ts';
import { entityReportType, type ReportColumn, type ReportType } from './reportTypes.ts';

/** What may be shown, grouped by and filtered: a column, or a bucket over one. */
export type Source = { name: string; label: string; column: ReportColumn; bucket: Bucket | null };
/** `s!Column`, `a!`, `mx!`, `m!`, `u!` as the Analytics API calls them; `RowCount` is always there. */
export type Aggregate = { name: string; kind: AggregateKind; source: Source };
export type AggregateKind = 'Sum' | 'Average' | 'Maximum' | 'Minimum' | 'Unique';
export type Grouping = {
  source: Source;
  granularity: Granularity | null;
  descending: boolean;
  /** Name of the aggregate that orders the groups, null for their own value. */
  by: string | null;
};
export type ReportFilter = { source: Source; operator: string; value: string; test: Test };
export type TimeFrame = { source: Source; interval: string; start: string | null; end: string | null };
export type Report = {
  developerName: string;
  folder: Folder;
  name: string;
  description: string | null;
  type: ReportType;
  format: 'Tabular' | 'Summary' | 'Matrix';
  columns: Source[];
  aggregates: Aggregate[];
  buckets: Bucket[];
  down: Grouping[];
  across: Grouping[];
  filters: ReportFilter[];
  logic: Tree<number>;
  logicText: string | null;
  timeFrame: TimeFrame | null;
  scope: 'organization' | 'user';
  sort: { source: Source; descending: boolean } | null;
  rowLimit: number | null;
  showDetails: boolean;
  showGrandTotal: boolean;
  showSubTotals: boolean;
  smartTotals: boolean;
};

const PREFIX: Readonly<Record<AggregateKind, string>> = {
  Sum: 's',
  Average: 'a',
  Maximum: 'mx',
  Minimum: 'm',
  Unique: 'u',
};
const NUMBERS = ['double', 'int', 'percent', 'currency'];
const ELEMENTS = [
  ...['name', 'description', 'reportType', 'format', 'columns', 'buckets', 'groupingsDown', 'groupingsAcross'],
  ...['filter', 'timeFrameFilter', 'scope', 'sortColumn', 'sortOrder', 'rowLimit', 'showDetails', 'showGrandTotal'],
  ...['showSubTotals', 'showCurrentDate', 'isSmartTotalDisabled', 'chart', 'numSubscriptions'],
];

/** The field whose type decides about operators: what a bucket gives is text. */
export const typeOf = ({ column, bucket }: Source): Pick<Field, 'type'> =>
  bucket ? { type: 'picklist' } : column.path.field;

/** @throws Error in the words of the platform */
export function compileFilters(
  items: readonly { source: Source; operator: string; value: string }[],
  logicText: string | null,
): Pick<Report, 'filters' | 'logic' | 'logicText'> {
  const filters = items.map((item) => ({ ...item, test: criterion(typeOf(item.source), item.operator, item.value) }));
  return { filters, logic: filterLogic(logicText ?? undefined, filters.length), logicText };
}

/** @returns undefined when the report knows no such column */
export function sourceNamed(type: ReportType, buckets: readonly Bucket[], name: string): Source | undefined {
  const bucket = buckets.find((one) => one.name === name);
  if (bucket) return { name, label: bucket.label, column: bucket.source, bucket };
  // Columns are written `Table$Field`, and by some tools `Table.Field`.
  const column =
    type.columns.get(name) ?? [...type.columns.values()].find((one) => one.name.replace('$', '.') === name);
  return column && { name: column.name, label: column.label, column, bucket: null };
}

class ReportReader {
  readonly #file: MetadataFile;
  readonly #root: Element;
  readonly #type: ReportType;
  #buckets: Bucket[] = [];

  constructor(path: string, schema: Schema, types: ReadonlyMap<string, ReportType>) {
    this.#file = new MetadataFile(path, 'Report');
    this.#root = this.#file.root;
    if (this.#root.children.has('aggregates'))
      throw this.#file.fault('custom summary formulas are not supported by the simulated org');
    this.#file.allow(this.#root, ELEMENTS);
    const name = this.#file.need(this.#root, 'reportType');
    const type = types.get(name) ?? entityReportType(schema, name);
    if (!type && !name.endsWith('__c'))
      throw this.#file.fault(`the standard report type ${name} is not supported by the simulated org`);
    if (!type?.deployed) throw this.#file.fault(`invalid report type: ${name}`);
    this.#type = type;
  }

  read({ folder, developerName }: FolderFile): Report {
    const [file, root] = [this.#file, this.#root];
    this.#buckets = file.list(root, 'buckets').map((element) =>
      readBucket(file, element, (name) => {
        const { column, bucket } = this.#source(name);
        if (bucket) throw file.fault(`a bucket of a bucket: ${name}`);
        return column;
      }),
    );
    const name = file.need(root, 'name');
    if (name.length > 40) throw file.fault('the name of a report has at most 40 characters');
    const aggregates = this.#aggregates();
    const [down, across] = [
      this.#groupings('groupingsDown', aggregates),
      this.#groupings('groupingsAcross', aggregates),
    ];
    const sortColumn = file.text(root, 'sortColumn');
    return {
      ...{ developerName, folder, name, type: this.#type, buckets: this.#buckets, aggregates, down, across },
      description: file.text(root, 'description') ?? null,
      format: this.#format(down, across),
      columns: file.list(root, 'columns').map((element) => this.#source(file.need(element, 'field'))),
      ...this.#filters(),
      timeFrame: this.#timeFrame(),
      scope: this.#scope(),
      sort: sortColumn
        ? { source: this.#source(sortColumn), descending: file.text(root, 'sortOrder') === 'Desc' }
        : null,
      rowLimit: root.children.has('rowLimit') ? file.whole(root, 'rowLimit') : null,
      showDetails: file.flag(root, 'showDetails', true),
      showGrandTotal: file.flag(root, 'showGrandTotal', true),
      showSubTotals: file.flag(root, 'showSubTotals', true),
      smartTotals: !file.flag(root, 'isSmartTotalDisabled'),
    };
  }

  #source(name: string): Source {
    const source = sourceNamed(this.#type, this.#buckets, name);
    if (!source) throw this.#file.fault(`Invalid field name:${name}`);
    return source;
  }

  #format(down: readonly Grouping[], across: readonly Grouping[]): Report['format'] {
    const format = this.#file.need(this.#root, 'format');
    const fits: Readonly<Record<string, boolean>> = {
      Tabular: down.length + across.length === 0,
      Summary: down.length >= 1 && down.length <= 3 && across.length === 0,
      Matrix: down.length >= 1 && down.length <= 2 && across.length >= 1 && across.length <= 2,
    };
    if (fits[format] === undefined)
      throw this.#file.fault(`reports of format ${format} are not supported by the simulated org`);
    if (!fits[format]) throw this.#file.fault(`the groupings do not fit a report of format ${format}`);
    return format as Report['format'];
  }

  #aggregates(): Aggregate[] {
    const file = this.#file;
    return file.list(this.#root, 'columns').flatMap((element) => {
      file.allow(element, ['field', 'aggregateTypes']);
      const source = this.#source(file.need(element, 'field'));
      return file.list(element, 'aggregateTypes').flatMap(({ text }): Aggregate[] => {
        if (text === 'None') return [];
        if (!(text in PREFIX)) throw file.fault(`aggregateTypes ${text} is not supported by the simulated org`);
        const kind = text as AggregateKind;
        if (kind !== 'Unique' && !NUMBERS.includes(typeOf(source).type))
          throw file.fault(`${source.name} cannot be summarized by ${kind}`);
        return [{ name: `${PREFIX[kind]}!${source.name}`, kind, source }];
      });
    });
  }

  #groupings(element: 'groupingsDown' | 'groupingsAcross', aggregates: readonly Aggregate[]): Grouping[] {
    const file = this.#file;
    return file.list(this.#root, element).map((one) => {
      file.allow(one, ['field', 'dateGranularity', 'sortOrder', 'sortType', 'sortByName', 'aggregateType']);
      const source = this.#source(file.need(one, 'field'));
      return {
        source,
        granularity: this.#granularity(source, file.text(one, 'dateGranularity') ?? 'Day'),
        descending: file.need(one, 'sortOrder') === 'Desc',
        by: this.#orderOf(one, aggregates),
      };
    });
  }

  #granularity(source: Source, name: string): Granularity | null {
    if (!['date', 'datetime'].includes(typeOf(source).type)) return null;
    const known = GRANULARITIES.find((one) => one === (name === 'None' ? 'Day' : name));
    if (!known) throw this.#file.fault(`dateGranularity ${name} is not supported by the simulated org`);
    return known;
  }

  #orderOf(grouping: Element, aggregates: readonly Aggregate[]): string | null {
    const file = this.#file;
    const type = file.text(grouping, 'sortType') ?? 'Column';
    if (type === 'Column') return null;
    if (type !== 'Aggregate') throw file.fault(`sortType ${type} is not supported by the simulated org`);
    const kind = file.need(grouping, 'aggregateType');
    if (kind === 'RowCount') return 'RowCount';
    const { name } = this.#source(file.need(grouping, 'sortByName'));
    const found = aggregates.find((one) => one.kind === kind && one.source.name === name);
    if (!found) throw file.fault(`the groups cannot be sorted by the ${kind} of ${name}, which is not summarized`);
    return found.name;
  }

  #filters(): Pick<Report, 'filters' | 'logic' | 'logicText'> {
    const file = this.#file;
    const filter = file.list(this.#root, 'filter')[0];
    if (filter) file.allow(filter, ['booleanFilter', 'criteriaItems', 'language']);
    const items = filter ? file.list(filter, 'criteriaItems') : [];
    const read = items.map((item) => {
      file.allow(item, ['column', 'columnToColumn', 'isUnlocked', 'operator', 'value']);
      if (file.flag(item, 'columnToColumn'))
        throw file.fault('filters that compare two columns are not supported by the simulated org');
      const source = this.#source(file.need(item, 'column'));
      return { source, operator: file.need(item, 'operator'), value: file.text(item, 'value') ?? '' };
    });
    try {
      return compileFilters(read, (filter && file.text(filter, 'booleanFilter')) ?? null);
    } catch (error) {
      throw file.fault(error instanceof Error ? error.message : String(error));
    }
  }

  #timeFrame(): TimeFrame | null {
    const file = this.#file;
    const element = file.list(this.#root, 'timeFrameFilter')[0];
    if (!element) return null;
    file.allow(element, ['dateColumn', 'interval', 'startDate', 'endDate']);
    const source = this.#source(file.need(element, 'dateColumn'));
    if (!['date', 'datetime'].includes(typeOf(source).type)) throw file.fault(`${source.name} is no date`);
    const interval = file.need(element, 'interval');
    if (!isInterval(interval)) throw file.fault(`the interval ${interval} is not supported by the simulated org`);
    const bound = (name: string): string | null => {
      const text = file.text(element, name);
      if (text !== undefined && !/^\d{4}-\d{2}-\d{2}$/.test(text)) throw file.fault(`<${name}> must be a date`);
      return text ?? null;
    };
    return { source, interval, start: bound('startDate'), end: bound('endDate') };
  }

  #scope(): Report['scope'] {
    const scope = this.#file.text(this.#root, 'scope') ?? 'organization';
    if (scope !== 'organization' && scope !== 'user')
      throw this.#file.fault(`scope ${scope} is not supported by the simulated org`);
    if (scope === 'user' && !this.#type.tables[0]!.object.fields.has('OwnerId'))
      throw this.#file.fault(`records of ${this.#type.tables[0]!.object.name} have no owner`);
    return scope;
  }
}

/** @throws Error that names the file when something in it is wrong or not supported */
export const readReport = (file: FolderFile, schema: Schema, types: ReadonlyMap<string, ReportType>): Report =>
  new ReportReader(file.path, schema, types).read(file);
