import { MetadataFile, type Element } from '../../org/schema/metadata.ts';
import type { Folder, FolderFile } from '../folders/folders.ts';
import type { Report, Source } from '../reports/report.ts';
import { sourceNamed } from '../reports/report.ts';

export const TYPES = [
  ...(['Bar', 'BarStacked', 'Column', 'ColumnStacked', 'Line', 'Pie', 'Donut', 'Funnel'] as const),
  ...(['Metric', 'Gauge', 'Table', 'FlexTable'] as const),
] as const;
export type ComponentType = (typeof TYPES)[number];
export type Component = {
  type: ComponentType;
  header: string | null;
  title: string | null;
  footer: string | null;
  report: Report;
  groupings: Source[];
  /** Names of aggregates; those of the report when there are none. */
  aggregates: string[];
  sort: 'RowLabelAscending' | 'RowLabelDescending' | 'RowValueAscending' | 'RowValueDescending' | null;
  maxValues: number | null;
  place: { column: number; row: number; width: number; height: number };
};
export type Dashboard = {
  developerName: string;
  folder: Folder;
  title: string;
  description: string | null;
  type: 'LoggedInUser' | 'SpecifiedUser';
  /** Username of whoever sees the data of everybody's dashboard. */
  runningUser: string | null;
  columns: number;
  components: Component[];
};

const LOOKS = [
  ...['backgroundEndColor', 'backgroundFadeDirection', 'backgroundStartColor', 'textColor', 'titleColor', 'titleSize'],
  ...['chartTheme', 'colorPalette', 'dashboardChartTheme', 'dashboardColorPalette', 'isGridLayout', 'owner'],
  ...['numSubscriptions', 'dashboardResultRefreshedDate', 'dashboardResultRunningUser'],
];
/** What changes how a component looks and not what it says. */
const COMPONENT_LOOKS = [
  ...['autoselectColumnsFromReport', 'chartAxisRange', 'chartAxisRangeMax', 'chartAxisRangeMin', 'componentChartTheme'],
  ...['decimalPrecision', 'displayUnits', 'drillDownUrl', 'drillEnabled', 'drillToDetailEnabled', 'enableHover'],
  ...['expandOthers', 'gaugeMax', 'gaugeMin', 'indicatorBreakpoint1', 'indicatorBreakpoint2', 'indicatorHighColor'],
  ...['indicatorLowColor', 'indicatorMiddleColor', 'legendPosition', 'metricLabel', 'showPercentage', 'showRange'],
  ...['showPicturesOnCharts', 'showPicturesOnTables', 'showTotal', 'showValues', 'sortLegendValues', 'useReportChart'],
  ...['groupingSortProperties', 'flexComponentProperties', 'dashboardTableColumn'],
];
const SORTS = ['RowLabelAscending', 'RowLabelDescending', 'RowValueAscending', 'RowValueDescending'] as const;
const SUMMARY: Readonly<Record<string, string>> = { Sum: 's', Average: 'a', Maximum: 'mx', Minimum: 'm', Unique: 'u' };

class DashboardReader {
  readonly #file: MetadataFile;
  readonly #reports: ReadonlyMap<string, Report>;

  constructor(path: string, reports: ReadonlyMap<string, Report>) {
    this.#file = new MetadataFile(path, 'Dashboard');
    this.#reports = reports;
  }

  read({ folder, developerName }: FolderFile): Dashboard {
    const file = this.#file;
    const { root } = file;
    const sections = ['leftSection', 'middleSection', 'rightSection'];
    file.allow(root, [
      ...LOOKS,
      ...['dashboardType', 'description', 'runningUser', 'title', 'dashboardGridLayout'],
      ...sections,
    ]);
    const type = file.text(root, 'dashboardType') ?? 'SpecifiedUser';
    if (type !== 'LoggedInUser' && type !== 'SpecifiedUser')
      throw file.fault(`dashboardType ${type} is not supported by the simulated org`);
    const runningUser = file.text(root, 'runningUser') ?? null;
    if (type === 'SpecifiedUser' && runningUser === null) throw file.fault('<runningUser> is missing');
    const [grid] = file.list(root, 'dashboardGridLayout');
    const components = grid
      ? this.#grid(grid)
      : sections.flatMap((name, at) => file.list(root, name).flatMap((section) => this.#section(section, at)));
    return {
      ...{ developerName, folder, type, runningUser, components },
      title: file.need(root, 'title'),
      description: file.text(root, 'description') ?? null,
      columns: grid ? file.whole(grid, 'numberOfColumns') : sections.length,
    };
  }

  #grid(grid: Element): Component[] {
    const file = this.#file;
    file.allow(grid, ['dashboardGridComponents', 'numberOfColumns', 'rowHeight']);
    const columns = file.whole(grid, 'numberOfColumns');
    return file.list(grid, 'dashboardGridComponents').map((element) => {
      file.allow(element, ['colSpan', 'columnIndex', 'dashboardComponent', 'rowIndex', 'rowSpan']);
      const place = {
        column: file.whole(element, 'columnIndex'),
        row: file.whole(element, 'rowIndex'),
        width: file.whole(element, 'colSpan'),
        height: file.whole(element, 'rowSpan'),
      };
      if (place.column + place.width > columns) throw file.fault('a component reaches beyond the grid');
      const [component] = file.list(element, 'dashboardComponent');
      if (!component) throw file.fault('<dashboardComponent> is missing');
      return this.#component(component, place);
    });
  }

  #section(section: Element, column: number): Component[] {
    const file = this.#file;
    file.allow(section, ['columnSize', 'components']);
    return file
      .list(section, 'components')
      .map((component, row) => this.#component(component, { column, row, width: 1, height: 1 }));
  }

  #component(element: Element, place: Component['place']): Component {
    const file = this.#file;
    file.allow(element, [
      ...COMPONENT_LOOKS,
      ...['componentType', 'chartSummary', 'footer', 'groupingColumn', 'header', 'maxValuesDisplayed', 'report'],
      ...['sortBy', 'title'],
    ]);
    const name = file.need(element, 'componentType');
    const type = TYPES.find((one) => one === name);
    if (!type) throw file.fault(`components of type ${name} are not supported by the simulated org`);
    const report = this.#reports.get(file.need(element, 'report'));
    if (!report) throw file.fault(`In field: report - no Report named ${file.need(element, 'report')} found`);
    const sort = file.text(element, 'sortBy');
    if (sort !== undefined && !SORTS.includes(sort as 'RowLabelAscending'))
      throw file.fault(`'${sort}' is not a valid value for the enum 'DashboardComponentFilter'`);
    const groupings = file.list(element, 'groupingColumn').map(({ text }) => this.#grouping(report, text));
    if (groupings.length === 0 && report.down.length === 0 && !['Metric', 'Gauge', 'Table', 'FlexTable'].includes(type))
      throw file.fault(`a chart needs a report with groups: ${report.developerName}`);
    return {
      ...{ type, report, groupings, place },
      header: file.text(element, 'header') ?? null,
      title: file.text(element, 'title') ?? null,
      footer: file.text(element, 'footer') ?? null,
      aggregates: file.list(element, 'chartSummary').map((summary) => this.#summary(report, summary)),
      sort: (sort ?? null) as Component['sort'],
      maxValues: element.children.has('maxValuesDisplayed') ? file.whole(element, 'maxValuesDisplayed') : null,
    };
  }

  #grouping(report: Report, name: string): Source {
    const source = sourceNamed(report.type, report.buckets, name);
    const grouped = [...report.down, ...report.across].some((grouping) => grouping.source.name === source?.name);
    if (!source || !grouped) throw this.#file.fault(`${name} is no grouping of ${report.developerName}`);
    return source;
  }

  #summary(report: Report, summary: Element): string {
    const file = this.#file;
    file.allow(summary, ['aggregate', 'axisBinding', 'column']);
    const column = file.need(summary, 'column');
    if (column === 'RowCount') return column;
    const prefix = SUMMARY[file.need(summary, 'aggregate')];
    const name = `${prefix}!${sourceNamed(report.type, report.buckets, column)?.name ?? column}`;
    if (!report.aggregates.some((one) => one.name === name))
      throw file.fault(`${report.developerName} has no summary ${name}`);
    return name;
  }
}

/** @throws Error that names the file when something in it is wrong or not supported */
export const readDashboard = (file: FolderFile, reports: ReadonlyMap<string, Report>): Dashboard =>
  new DashboardReader(file.path, reports).read(file);
