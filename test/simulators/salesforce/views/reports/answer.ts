import type { Cell, Reader } from '../criteria/columns.ts';
import { extendedMetadata, reportMetadata, type ReportIds } from './describe.ts';
import type { Group } from './groups.ts';
import type { Report } from './report.ts';
import { runReport } from './run.ts';

type GroupBody = Cell & { groupings: GroupBody[]; key: string };

const groupBody = ({ key, label, value, groups }: Group): GroupBody => ({
  groupings: groups.map(groupBody),
  ...{ key, label, value },
});

/**
 * What the Analytics API answers to a run (Reports and Dashboards REST API Developer Guide, "Execute Sync").
 * @throws RequestFault FORBIDDEN when permissions let the user not run it
 */
export function reportAnswer(
  reader: Reader,
  report: Report,
  ids: ReportIds,
  options: { details: boolean; version: number },
): Record<string, unknown> {
  const { details, version } = options;
  const result = runReport(reader, report, details);
  const url = `/services/data/v${version}.0/analytics/reports/${ids.id}`;
  return {
    allData: result.allData,
    attributes: {
      describeUrl: `${url}/describe`,
      instancesUrl: `${url}/instances`,
      reportId: ids.id,
      reportName: report.name,
      type: 'Report',
    },
    factMap: Object.fromEntries(result.facts),
    groupingsAcross: { groupings: result.across.map(groupBody) },
    groupingsDown: { groupings: result.down.map(groupBody) },
    hasDetailRows: details,
    reportExtendedMetadata: extendedMetadata(reader, report),
    reportMetadata: reportMetadata(reader, report, ids, details),
  };
}
