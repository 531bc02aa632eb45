import { RequestFault } from '../../org/errors.ts';
import type { SimulatedOrg } from '../../org/org.ts';
import { isObject, jsonObject } from '../../rest/wire/body.ts';
import { ok, param, type Call } from '../../rest/wire/call.ts';
import { notSimulated } from '../../rest/wire/faults.ts';
import type { Routes } from '../../rest/wire/routes.ts';
import { readerOf } from '../criteria/columns.ts';
import type { Views } from '../views.ts';
import { reportAnswer } from './answer.ts';
import { extendedMetadata, reportMetadata, reportTypeMetadata, type ReportIds } from './describe.ts';
import { compileFilters, sourceNamed, type Report } from './report.ts';
import { checkAccess, needRunReports } from './rows.ts';

const unavailable = (): RequestFault =>
  new RequestFault(404, 'NOT_FOUND', 'The data you’re trying to access is unavailable.');
const badRequest = (message: string): RequestFault => new RequestFault(400, 'BAD_REQUEST', message);

function detailsWanted(call: Call): boolean {
  const text = call.query.get('includeDetails') ?? 'false';
  if (!/^(?:true|false)$/i.test(text)) throw badRequest('includeDetails must be true or false');
  return text.toLowerCase() === 'true';
}

type Filter = { column: string; operator: string; value: string };

function filtersOf(value: unknown): Filter[] {
  if (!Array.isArray(value)) throw badRequest('reportFilters must be a list');
  return value.map((one: unknown): Filter => {
    const { column, operator, value: wanted = '' } = isObject(one) ? one : {};
    if (typeof column !== 'string' || typeof operator !== 'string' || typeof wanted !== 'string')
      throw badRequest('a filter needs column, operator and value');
    return { column, operator, value: wanted };
  });
}

/** The report with other filters for this run; whatever else is sent must be as it is. */
function overridden(call: Call, report: Report, current: object): Report {
  const body = jsonObject(call);
  const metadata = body['reportMetadata'];
  if (!isObject(metadata)) throw badRequest('reportMetadata is required');
  const { reportFilters, reportBooleanFilter, ...others } = metadata;
  const known = new Map(Object.entries(current));
  for (const [name, value] of Object.entries(others)) {
    if (!known.has(name)) throw badRequest(`Unrecognized field "${name}"`);
    if (JSON.stringify(value) !== JSON.stringify(known.get(name)) && name !== 'hasDetailRows')
      throw notSimulated(`Another ${name} for one run of a report`);
  }
  const items = reportFilters === undefined ? report.filters : filtersOf(reportFilters);
  const logic = reportBooleanFilter === undefined ? report.logicText : reportBooleanFilter;
  if (logic !== null && typeof logic !== 'string') throw badRequest('reportBooleanFilter must be text');
  const sources = items.map((item) => {
    const name = 'source' in item ? item.source.name : item.column;
    const source = sourceNamed(report.type, report.buckets, name);
    if (!source) throw badRequest(`The filter column ${name} is not valid.`);
    return { source, operator: item.operator, value: item.value };
  });
  try {
    return { ...report, ...compileFilters(sources, logic) };
  } catch (error) {
    throw badRequest(error instanceof Error ? error.message : String(error));
  }
}

/** Reports of the Analytics API (Reports and Dashboards REST API Developer Guide). */
export function addReports(routes: Routes, org: SimulatedOrg, views: Views): void {
  const found = (call: Call): { report: Report; ids: ReportIds } => {
    needRunReports(call.access);
    const one = views.find('Report', param(call, 'id'), call.access.userId);
    if (!one) throw unavailable();
    return { report: one.view, ids: { id: one.record.Id, folderId: views.folderId(one.view.folder) } };
  };
  routes.on('GET', '/analytics/reports', (call) => {
    needRunReports(call.access);
    const root = `/services/data/v${call.version}.0/analytics/reports`;
    return ok(
      views
        .visible('Report', call.access.userId)
        .slice(0, 200)
        .map(({ record }) => ({
          describeUrl: `${root}/${record.Id}/describe`,
          id: record.Id,
          instancesUrl: `${root}/${record.Id}/instances`,
          name: record['Name'],
          url: `${root}/${record.Id}`,
        })),
    );
  });
  routes.on('GET', '/analytics/reports/:id', (call) => {
    const { report, ids } = found(call);
    const options = { details: detailsWanted(call), version: call.version };
    return ok(reportAnswer(readerOf(org, call.access.userId), report, ids, options));
  });
  routes.on('POST', '/analytics/reports/:id', (call) => {
    const { report, ids } = found(call);
    const reader = readerOf(org, call.access.userId);
    const options = { details: detailsWanted(call), version: call.version };
    const current = reportMetadata(reader, report, ids, options.details);
    return ok(reportAnswer(reader, overridden(call, report, current), ids, options));
  });
  routes.on('GET', '/analytics/reports/:id/describe', (call) => {
    const { report, ids } = found(call);
    const reader = readerOf(org, call.access.userId);
    checkAccess(reader, report);
    return ok({
      reportExtendedMetadata: extendedMetadata(reader, report),
      reportMetadata: reportMetadata(reader, report, ids, report.showDetails),
      reportTypeMetadata: reportTypeMetadata(reader, report),
    });
  });
  routes.on('GET', '/analytics/reportTypes', (call) => {
    needRunReports(call.access);
    const types = [...views.all.reportTypes.values()].filter(
      ({ deployed, tables }) => deployed && tables.every(({ object }) => call.access.readsObject(object.name)),
    );
    const categories = [...new Set(types.map(({ category }) => category))].sort();
    return ok(
      categories.map((category) => ({
        label: category,
        reportTypes: types
          .filter((type) => type.category === category)
          .map(({ name, label }) => ({
            describeUrl: `/services/data/v${call.version}.0/analytics/reportTypes/${name}`,
            ...{ isHidden: false, label, type: name },
          })),
      })),
    );
  });
  const refused: readonly [string, string, string][] = [
    ['POST', '/analytics/reports', 'Making reports over the API'],
    ['PATCH DELETE', '/analytics/reports/:id', 'Changing reports over the API'],
    ['GET POST', '/analytics/reports/:id/instances', 'Asynchronous runs of reports'],
    ['GET DELETE', '/analytics/reports/:id/instances/:instance', 'Asynchronous runs of reports'],
  ];
  for (const [methods, path, what] of refused)
    routes.on(methods, path, () => {
      throw notSimulated(what);
    });
}
