import { RequestFault } from '../../org/errors.ts';
import type { SimulatedOrg } from '../../org/org.ts';
import type { SRecord } from '../../org/types.ts';
import { toDateTime } from '../../org/values.ts';
import { ok, param, type Call } from '../../rest/wire/call.ts';
import { notSimulated } from '../../rest/wire/faults.ts';
import type { Routes } from '../../rest/wire/routes.ts';
import { reportAnswer } from '../reports/answer.ts';
import { needRunReports } from '../reports/rows.ts';
import type { Views } from '../views.ts';
import type { Component, Dashboard } from './dashboard.ts';
import { componentReport, dashboardReader } from './run.ts';

/** Components have no ids of their own in the metadata; these follow from that of the dashboard. */
const componentId = (record: SRecord, at: number): string =>
  `01a${record.Id.slice(3, 11)}${String(at).padStart(4, '0')}AAA`;

function componentMetadata(views: Views, record: SRecord, component: Component, at: number): object {
  return {
    componentData: at,
    footer: component.footer,
    header: component.header,
    id: componentId(record, at),
    properties: {
      aggregates: component.aggregates.map((name) => ({ name })),
      autoSelectColumns: component.aggregates.length === 0,
      groupings: component.groupings.map(({ name }) => ({ inheritedReportSort: null, name, sortAggregate: null })),
      maxRows: component.maxValues,
      reportFormat: component.report.format.toUpperCase(),
      sort: component.sort,
      visualizationProperties: {},
      visualizationType: component.type,
    },
    reportId: views.reportId(component.report),
    title: component.title,
    type: 'Report',
  };
}

/** Dashboards of the Analytics API (Reports and Dashboards REST API Developer Guide). */
export function addDashboards(routes: Routes, org: SimulatedOrg, views: Views): void {
  const found = (call: Call): { record: SRecord; view: Dashboard } => {
    needRunReports(call.access);
    const one = views.find('Dashboard', param(call, 'id'), call.access.userId);
    if (!one) throw new RequestFault(404, 'NOT_FOUND', 'The data you’re trying to access is unavailable.');
    return one;
  };
  const urlOf = (call: Call, { Id }: SRecord): string => `/services/data/v${call.version}.0/analytics/dashboards/${Id}`;

  const metadata = (call: Call, record: SRecord, dashboard: Dashboard): object => {
    const runningId = dashboardReader(org, dashboard, call.access.userId)?.access.userId ?? null;
    return {
      attributes: {
        dashboardId: record.Id,
        dashboardName: dashboard.title,
        statusUrl: `${urlOf(call, record)}/status`,
        type: 'Dashboard',
      },
      canChangeRunningUser: false,
      chartTheme: 'light',
      colorPalette: 'unity',
      components: dashboard.components.map((component, at) => componentMetadata(views, record, component, at)),
      dashboardType: dashboard.type,
      description: dashboard.description,
      developerName: dashboard.developerName,
      filters: [],
      folderId: views.folderId(dashboard.folder),
      id: record.Id,
      layout: {
        components: dashboard.components.map(({ place }) => ({
          ...{ colspan: place.width, column: place.column, row: place.row, rowspan: place.height },
        })),
        gridLayout: true,
        numColumns: dashboard.columns,
      },
      name: dashboard.title,
      runningUser:
        runningId === null ? null : { displayName: org.get('User', runningId)?.['Name'] ?? null, id: runningId },
    };
  };

  /** Data is worked out whenever it is asked for. */
  const fresh = () => ({ refreshDate: toDateTime(org.clock.now()), refreshStatus: 'IDLE' });

  const component = (call: Call, record: SRecord, dashboard: Dashboard, at: number): object => {
    const one = dashboard.components[at]!;
    const status = fresh();
    const failed = (errorCode: string, errorMessage: string): object => ({
      componentId: componentId(record, at),
      reportResult: null,
      status: { dataStatus: 'ERROR', errorCode, errorMessage, errorSeverity: 'Error', ...status },
    });
    const reader = dashboardReader(org, dashboard, call.access.userId);
    if (!reader) return failed('FORBIDDEN', 'The running user of this dashboard is not active.');
    try {
      const report = componentReport(reader, views, one);
      const ids = { id: views.reportId(report), folderId: views.folderId(report.folder) };
      const options = { details: one.type === 'Table' || one.type === 'FlexTable', version: call.version };
      return {
        componentId: componentId(record, at),
        reportResult: reportAnswer(reader, report, ids, options),
        status: { dataStatus: 'DATA', errorCode: null, errorMessage: null, errorSeverity: null, ...status },
      };
    } catch (error) {
      if (error instanceof RequestFault) return failed(error.errorCode, error.message);
      throw error;
    }
  };

  routes.on('GET', '/analytics/dashboards', (call) => {
    needRunReports(call.access);
    return ok(
      views
        .visible('Dashboard', call.access.userId)
        .slice(0, 200)
        .map(({ record }) => ({
          id: record.Id,
          name: record['Title'],
          statusUrl: `${urlOf(call, record)}/status`,
          url: urlOf(call, record),
        })),
    );
  });
  routes.on('GET', '/analytics/dashboards/:id', (call) => {
    const { record, view } = found(call);
    return ok({
      componentData: view.components.map((_, at) => component(call, record, view, at)),
      dashboardMetadata: metadata(call, record, view),
    });
  });
  routes.on('GET', '/analytics/dashboards/:id/describe', (call) => {
    const { record, view } = found(call);
    return ok(metadata(call, record, view));
  });
  routes.on('PUT', '/analytics/dashboards/:id', (call) => {
    const { record } = found(call);
    return { status: 201, json: { statusUrl: `${urlOf(call, record)}/status` } };
  });
  routes.on('GET', '/analytics/dashboards/:id/status', (call) => {
    const { record, view } = found(call);
    return ok({
      componentStatus: view.components.map((_, at) => ({ componentId: componentId(record, at), ...fresh() })),
    });
  });
  const refused: readonly [string, string, string][] = [
    ['POST', '/analytics/dashboards', 'Making dashboards over the API'],
    ['PATCH DELETE', '/analytics/dashboards/:id', 'Changing dashboards over the API'],
  ];
  for (const [methods, path, what] of refused)
    routes.on(methods, path, () => {
      throw notSimulated(what);
    });
}
