import type { SimulatedOrg } from '../../org/org.ts';
import { identityUrl } from '../oauth/identity.ts';
import { ok } from '../wire/call.ts';
import { invalidInput } from '../wire/faults.ts';
import type { Routes } from '../wire/routes.ts';
import type { ApiUsage } from '../usage.ts';

const RESOURCES = [
  ...['sobjects', 'query', 'queryAll', 'search', 'parameterizedSearch', 'composite', 'limits', 'recent', 'jobs'],
  ...['quickActions', 'compactLayouts', 'tooling', 'graphql', 'ui-api', 'analytics'],
];

/** Allowances of a developer's org beside the API calls; what nobody uses in the simulated org stays whole. */
const LIMITS: Readonly<Record<string, number>> = {
  ActiveScratchOrgs: 3,
  AnalyticsExternalDataSizeMB: 40_960,
  ConcurrentAsyncGetReportInstances: 200,
  ConcurrentEinsteinDataInsightsStoryCreation: 5,
  ConcurrentEinsteinDiscoveryStoryCreation: 2,
  ConcurrentSyncReportRuns: 20,
  DailyAnalyticsDataflowJobExecutions: 60,
  DailyAnalyticsUploadedFilesSizeMB: 51_200,
  DailyAsyncApexExecutions: 250_000,
  DailyAsyncApexTests: 500,
  DailyDurableGenericStreamingApiEvents: 10_000,
  DailyDurableStreamingApiEvents: 10_000,
  DailyGenericStreamingApiEvents: 10_000,
  DailyScratchOrgs: 6,
  DailyStandardVolumePlatformEvents: 10_000,
  DailyStreamingApiEvents: 10_000,
  DailyWorkflowEmails: 100_000,
  DurableStreamingApiConcurrentClients: 20,
  HourlyAsyncReportRuns: 1200,
  HourlyDashboardRefreshes: 200,
  HourlyDashboardResults: 5000,
  HourlyDashboardStatuses: 999_999_999,
  HourlyLongTermIdMapping: 100_000,
  HourlyManagedContentPublicRequests: 50_000,
  HourlyODataCallout: 20_000,
  HourlyPublishedPlatformEvents: 50_000,
  HourlyPublishedStandardVolumePlatformEvents: 1000,
  HourlyShortTermIdMapping: 100_000,
  HourlySyncReportRuns: 500,
  HourlyTimeBasedWorkflow: 1000,
  MassEmail: 5000,
  MonthlyPlatformEventsUsageEntitlement: 0,
  Package2VersionCreates: 6,
  Package2VersionCreatesWithoutValidation: 500,
  PermissionSets: 1500,
  PrivateConnectOutboundCalloutHourlyLimitMB: 0,
  SingleEmail: 5000,
  StreamingApiConcurrentClients: 20,
};

/** What bulk jobs have used of their daily allowances. */
export type BulkUsage = { batches: number; queryJobs: number; queryStorageMB: number };
export const BULK_LIMITS = { queryJobs: 10_000, queryStorageMB: 976_562 };

const whole = (Max: number, used = 0): { Max: number; Remaining: number } => ({
  Max,
  Remaining: Math.max(0, Max - used),
});

/** `GET /` of a version, `limits` and the counts of records. */
export function addDiscovery(
  routes: Routes,
  org: SimulatedOrg,
  usage: ApiUsage,
  bulk: { usage(): BulkUsage; maxBatches(): number },
): void {
  routes.on('GET', '/', (call) => {
    const root = `/services/data/v${call.version}.0`;
    const map = Object.fromEntries(RESOURCES.map((name) => [name, `${root}/${name}`]));
    return ok({ ...map, identity: identityUrl(call.origin, org.orgId, call.access.userId) });
  });
  routes.on('GET', '/limits', () => {
    const { batches, queryJobs, queryStorageMB } = bulk.usage();
    return ok({
      ...Object.fromEntries(Object.entries(LIMITS).map(([name, max]) => [name, whole(max)])),
      DailyApiRequests: whole(usage.max, usage.used),
      DailyBulkApiBatches: whole(bulk.maxBatches(), batches),
      DailyBulkV2QueryFileStorageMB: whole(BULK_LIMITS.queryStorageMB, queryStorageMB),
      DailyBulkV2QueryJobs: whole(BULK_LIMITS.queryJobs, queryJobs),
      DailyDeliveredPlatformEvents: { Max: usage.events.max, Remaining: usage.events.remaining() },
      // A record takes 2 KB of storage, whatever it holds.
      DataStorageMB: whole(10_240, Math.ceil(org.store.count() / 512)),
      FileStorageMB: whole(10_240),
    });
  });
  routes.on('GET', '/limits/recordCount', (call) => {
    const names = call.query.get('sObjects')?.split(',') ?? org.objects().map(({ name }) => name);
    if (names.some((name) => name === '')) throw invalidInput('sObjects must be a list of names');
    const objects = names.map((name) => org.object(name)).filter((object) => object !== undefined);
    return ok({ sObjects: objects.map(({ name }) => ({ count: org.all(name).length, name })) });
  });
}
