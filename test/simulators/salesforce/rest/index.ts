import type { SimContext } from '../../kit/sim.ts';
import { addBulk } from '../bulk/index.ts';
import type { SalesforceSimOptions } from '../options.ts';
import type { SimulatedOrg } from '../org/org.ts';
import { Cursors } from '../soql/cursors.ts';
import { addViews } from '../views/index.ts';
import type { Views } from '../views/views.ts';
import { addChatter } from './chatter/chatter.ts';
import { addBatch } from './composite/batch.ts';
import { addCollections } from './composite/collections.ts';
import { addComposite } from './composite/composite.ts';
import { addGraph } from './composite/graph.ts';
import { addTree } from './composite/tree.ts';
import { addLayouts } from './describe/layouts.ts';
import { addDescribe } from './describe/objects.ts';
import { addDiscovery } from './discovery/resources.ts';
import { versionList } from './discovery/versions.ts';
import { mountOAuth } from './oauth/index.ts';
import { addQuery } from './query/query.ts';
import { addRecent, Recents } from './rows/recent.ts';
import { addRelationships } from './rows/relationships.ts';
import { addReplication } from './rows/replication.ts';
import { addRows } from './rows/rows.ts';
import { addSearch } from './search/search.ts';
import type { RestSwitches } from './switches.ts';
import type { ApiUsage } from './usage.ts';
import { serveRoutes } from './wire/http.ts';
import { Routes } from './wire/routes.ts';
import { Traffic } from './wire/traffic.ts';

export type RestFamily = { reset(): void };

/** OAuth and the REST API. Mount it after GraphQL and UI API: whatever else lies under /services/data is refused here. */
export function mountRest(
  ctx: SimContext,
  org: SimulatedOrg,
  options: SalesforceSimOptions,
  parts: { usage: ApiUsage; switches: RestSwitches; views: Views },
): RestFamily {
  const { usage, switches, views } = parts;
  const oauth = mountOAuth(ctx, org, options);
  ctx.app.get('/services/data', (_req, res) => {
    ctx.calls.call('GET', '/services/data');
    res.json(versionList());
  });
  const [routes, cursors, recents] = [new Routes(), new Cursors(), new Recents()];
  const bulk = addBulk(routes, ctx, org, switches);
  addDiscovery(routes, org, usage, { usage: () => bulk.usage(), maxBatches: () => switches.bulkBatchLimit });
  addDescribe(routes, org, recents);
  addLayouts(routes, org);
  addRecent(routes, org, recents);
  addQuery(routes, ctx, org, { cursors, recents, switches });
  addSearch(routes, ctx, org);
  views.recent = (userId, object) => recents.idsOf(userId, object.name);
  addViews(routes, org, views);
  addCollections(routes, org);
  addComposite(routes, org, switches);
  addChatter(routes, org, switches);
  addBatch(routes);
  addGraph(routes, org);
  addTree(routes, org);
  addReplication(routes, org, ctx.clock);
  addRows(routes, org);
  addRelationships(routes, org, cursors);
  serveRoutes(ctx, org, routes, { usage, switches, traffic: new Traffic(switches) });
  return {
    reset() {
      for (const part of [cursors, recents, oauth, bulk]) part.clear();
      usage.reset();
      switches.reset();
    },
  };
}
