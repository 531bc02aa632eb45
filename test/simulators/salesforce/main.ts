import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificate, type Certificate } from '../kit/certificate.ts';
import { SimClock } from '../kit/clock.ts';
import { startSim, type RunningSim, type SimContext } from '../kit/sim.ts';
import type { SalesforceSimOptions } from './options.ts';
import { createOrg, type SimulatedOrg } from './org/org.ts';
import { USERS } from './org/seed.ts';
import { Automation } from './automation/automation.ts';
import { mountAutomation } from './automation/routes.ts';
import { mountGraphql } from './graphql/index.ts';
import { mountMetadata } from './metadata/index.ts';
import type { OrgMetadata } from './metadata/orgMetadata.ts';
import { mountRest, type RestFamily } from './rest/index.ts';
import { mountRestSwitches, RestSwitches } from './rest/switches.ts';
import { ApiUsage } from './rest/usage.ts';
import { oneLeadingSlash } from './rest/wire/http.ts';
import { pagesWhenVisited } from './page/gate.ts';
import { sessionMiddleware } from './page/session.ts';
import { mountSwitches } from './switches.ts';
import { ChangeData } from './pubsub/changeData.ts';
import { PubSubServer } from './pubsub/server/server.ts';
import { mountPubSubSwitches } from './pubsub/switches.ts';
import { mountChannelTooling } from './pubsub/tooling.ts';
import { mountUiApi } from './uiapi/index.ts';
import { addListUi } from './views/listViews/uiApi.ts';
import { Views } from './views/views.ts';
import { mountUnknownPaths } from './unknownPaths.ts';

const ROOT = join(import.meta.dirname, '../../..');

export type RunningSalesforce = RunningSim & {
  org: SimulatedOrg;
  orgId: string;
  usernames: typeof USERS;
  /** Change Data Capture: channels, events, usage. */
  changes: ChangeData;
  /** `host:port` of the Pub/Sub API; null unless asked for. */
  pubsub: string | null;
  /** Of the TLS listeners; null without them. */
  certificate: Certificate | null;
  /** @returns a new access token; @throws Error when there is no such user */
  tokenFor(username: string): string;
};

/**
 * Starts the simulated org with all its API families and record pages.
 * @throws Error that names the metadata file which is wrong or which the simulated org does not support
 */
export async function startSalesforceSim(options: SalesforceSimOptions = {}): Promise<RunningSalesforce> {
  const clock = options.clock ?? new SimClock();
  const empty = options.forceApp === null ? mkdtempSync(join(tmpdir(), 'empty-org-')) : null;
  const forceApp = empty ?? options.forceApp ?? join(ROOT, 'force-app/main/default');
  const org = createOrg({
    clock,
    forceApp,
    personAccounts: options.personAccounts,
    stateFile: options.stateFile,
    orgId: options.orgId,
    sandbox: options.sandbox,
  });
  const automation = new Automation(org, options.calloutTimeoutMs);
  const views = new Views(org);
  const switches = new RestSwitches();
  const changes = new ChangeData(org, { clock, stateFile: options.stateFile && `${options.stateFile}.events` });
  let pubsub: PubSubServer | null = null;
  const usage = new ApiUsage(options.dailyApiLimit ?? 100_000, { switches, events: changes.usage, clock });
  const tokenFor = (username: string): string => {
    const user = org.userNamed(username);
    if (!user) throw new Error(`the simulated org has no user ${username}`);
    return org.openSession(user.Id);
  };
  const pages = {
    cacheDir: options.pageCacheDir ?? join(ROOT, '.cache/lightning-host'),
    pageUser: options.pageUser ?? USERS.rep,
    views,
    onProgress: options.onProgress,
  };
  let readyPages = (): Promise<unknown> => Promise.resolve();
  let rest: RestFamily | undefined;
  let metadata: OrgMetadata | undefined;
  const build = (ctx: SimContext): void => {
    mountSwitches(ctx, org, usage);
    mountPubSubSwitches(ctx, changes, () => pubsub);
    mountRestSwitches(ctx.app, switches);
    ctx.app.use(switches.maintenancePage());
    ctx.app.use(oneLeadingSlash);
    ctx.app.use(
      '/services/data',
      usage.middleware((token) => (org.userOfToken(token) === null ? undefined : org.sessions.of(token)?.clientId)),
    );
    ctx.app.use((_req, _res, next) => {
      views.follow();
      org.purgeRecycleBin();
      next();
    });
    ctx.app.use(sessionMiddleware(org, clock));
    mountGraphql(ctx, org);
    mountUiApi(ctx, org, (route) => addListUi(route, org, views));
    mountChannelTooling(ctx, org, changes.channels);
    metadata = mountMetadata(ctx, org);
    mountAutomation(ctx, org, automation);
    rest = mountRest(ctx, org, options, { usage, switches, views });
    readyPages = pagesWhenVisited(ctx, org, pages);
    mountUnknownPaths(ctx);
  };
  const reset = (): void => {
    org.reset();
    metadata?.reset();
    changes.reset();
    pubsub?.reset();
    automation.reset();
    views.follow();
    rest?.reset();
  };
  const close = async (): Promise<void> => {
    await pubsub?.close();
    changes.close();
    org.close();
    metadata?.close();
    if (empty !== null) rmSync(empty, { recursive: true });
  };
  const certificate = options.tls || options.pubsub ? await makeCertificate(options.tls?.certificateFile) : null;
  const tls = certificate && options.tls ? { certificate, port: options.tls.port } : undefined;
  const sim = await startSim({ ...options, clock, tls }, build, { reset, close });
  try {
    if (options.pubsub && certificate) pubsub = await startPubSub(sim, changes, certificate, options.pubsub.port);
    if (options.buildPages === 'at start') await readyPages();
  } catch (error) {
    await sim.close();
    throw error;
  }
  return {
    ...sim,
    org,
    changes,
    pubsub: pubsub?.address ?? null,
    orgId: org.orgId,
    usernames: USERS,
    certificate,
    tokenFor,
  };
}

function startPubSub(sim: RunningSim, changes: ChangeData, certificate: Certificate, port = 0): Promise<PubSubServer> {
  const addresses = [sim.url, ...(sim.tlsUrl === null ? [] : [sim.tlsUrl])];
  const { hostname } = new URL(sim.url);
  return PubSubServer.start(changes, { certificate, host: hostname, port, calls: sim.ctx.calls, addresses });
}
