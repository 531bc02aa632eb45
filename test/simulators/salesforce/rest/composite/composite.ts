import type { SimulatedOrg } from '../../org/org.ts';
import { flag, jsonObject, onlyNames } from '../wire/body.ts';
import { ok, type Reply } from '../wire/call.ts';
import { saveOptions } from '../wire/callOptions.ts';
import { invalidInput } from '../wire/faults.ts';
import type { RestSwitches } from '../switches.ts';
import type { Routes } from '../wire/routes.ts';
import { nodesOf, rowsOf, runNodes, runOrder, shownReplies } from './nodes.ts';
import { splitUrl } from './subrequest.ts';
import { since } from './versions.ts';

const MAX_SUBREQUESTS = 25;
/** Queries and Collections among them. */
const MAX_HEAVY = 5;
const ALLOWED = /^\/(?:sobjects|query|queryAll|composite\/sobjects)(?:\/|$)/;
const WITHOUT_COLLECTIONS = /^\/(?:sobjects|query|queryAll)(?:\/|$)/;
const HEAVY = /^\/(?:query|queryAll|composite\/sobjects)(?:\/|$)/;

/** `POST /composite`: subrequests that quote each other's answers, one API call in all (docs: "Composite"). */
export function addComposite(routes: Routes, org: SimulatedOrg, switches: RestSwitches): void {
  routes.on('GET', '/composite', (call) =>
    ok(
      Object.fromEntries(
        ['batch', 'graph', 'sobjects', 'tree'].map((name) => [
          name,
          `/services/data/v${call.version}.0/composite/${name}`,
        ]),
      ),
    ),
  );
  routes.on('POST', '/composite', (call): Reply => {
    since(call, 38);
    const body = jsonObject(call);
    onlyNames(body, ['compositeRequest', 'allOrNone', 'collateSubrequests']);
    const nodes = nodesOf(body['compositeRequest'], MAX_SUBREQUESTS, true);
    const heavy = nodes.filter(({ url }) => HEAVY.test(splitUrl(url)?.path ?? ''));
    if (heavy.length > MAX_HEAVY)
      throw invalidInput(`Cannot have more than ${MAX_HEAVY} query and sObject Collections subrequests`);
    const collate = flag(body, 'collateSubrequests', call.version >= 49);
    const order = runOrder(nodes, collate);
    const allOrNone = flag(body, 'allOrNone', false);
    const allowed = switches.collectionsInComposite ? ALLOWED : WITHOUT_COLLECTIONS;
    const replies = allOrNone
      ? org.transaction(saveOptions(call), (rollback) => runNodes(routes, call, order, { allowed, rollback }))
      : runNodes(routes, call, order, { allowed });
    return ok({ compositeResponse: shownReplies(nodes, replies) }, rowsOf(replies));
  });
}
