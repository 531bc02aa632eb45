import type { SimContext } from '../../../kit/sim.ts';
import { RequestFault } from '../../org/errors.ts';
import type { SimulatedOrg } from '../../org/org.ts';
import type { Cursors } from '../../soql/cursors.ts';
import { malformed } from '../../soql/fault.ts';
import type { QueryContext } from '../../soql/names.ts';
import { parse } from '../../soql/parse.ts';
import { runQuery } from '../../soql/query.ts';
import { checkFeeds } from '../chatter/chatter.ts';
import type { Recents } from '../rows/recent.ts';
import type { RestSwitches } from '../switches.ts';
import { ok, param, type Call, type Reply } from '../wire/call.ts';
import { notSimulated } from '../wire/faults.ts';
import type { Routes } from '../wire/routes.ts';
import { columnMetadata } from './columns.ts';
import { explain } from './explain.ts';
import { MAX_BATCH, nextPageReply, pageReply } from './pages.ts';

const RESOURCES = ['query', 'queryAll'] as const;
type Resource = (typeof RESOURCES)[number];

/** What a query of this call is worked out with. */
export function queryContext(
  { calls }: SimContext,
  org: SimulatedOrg,
  call: Call,
  text: string,
  all = false,
): QueryContext {
  const unsupported = (what: string): RequestFault => {
    calls.refuse(what);
    return notSimulated(what);
  };
  return { org, access: call.access, text, all, unsupported };
}

/** Rows of GROUP BY come in one batch or not at all. @throws RequestFault EXCEEDED_ID_LIMIT */
function groups(records: readonly unknown[]): Reply {
  if (records.length > MAX_BATCH)
    throw new RequestFault(
      400,
      'EXCEEDED_ID_LIMIT',
      'Aggregate query does not support queryMore(), use LIMIT to restrict the results to a single batch',
    );
  return ok({ totalSize: records.length, done: true, records }, records.length);
}

/** SOQL over REST: `query`, `queryAll`, their further pages, `explain` and, as `sf` asks it, `columns`. */
export function addQuery(
  routes: Routes,
  ctx: SimContext,
  org: SimulatedOrg,
  parts: { cursors: Cursors; recents: Recents; switches: RestSwitches },
): void {
  const { cursors, recents, switches } = parts;
  const answer = (call: Call, resource: Resource): Reply => {
    const plan = call.query.get('explain');
    if (plan !== null) return ok(explain(queryContext(ctx, org, call, plan), plan));
    const other = [...call.query.keys()].find((name) => name !== 'q' && name !== 'columns');
    if (other !== undefined) throw notSimulated(`The parameter ${other} of a query`);
    const text = call.query.get('q') ?? '';
    if (text.trim() === '') throw malformed('', '', 'SOQL statement cannot be empty');
    const context: QueryContext = {
      ...queryContext(ctx, org, call, text, resource === 'queryAll'),
      openCursor: (total, batchSize, page) =>
        `/services/data/v${call.version}.0/${resource}/${cursors.children(call.access.userId, total, batchSize, page)}`,
    };
    if (/\bFeedItem\b/i.test(text)) checkFeeds(parse(text).sObject ?? '', switches);
    const result = runQuery(context, call.version);
    if (call.query.get('columns') === 'true') return ok(columnMetadata(context));
    if (result.kind === 'count') return ok({ totalSize: result.totalSize, done: true, records: [] });
    if (result.kind === 'aggregate') return groups(result.rows);
    const { for: purpose, sObject = '' } = parse(text);
    if (purpose === 'VIEW' || purpose === 'REFERENCE')
      for (const { Id } of result.rows.toReversed()) recents.view(call.access.userId, sObject, Id);
    return pageReply(call, resource, cursors, result.rows.length, (from, to) =>
      result.rows.slice(from, to).map(result.render),
    );
  };
  for (const resource of RESOURCES) {
    routes.on('GET', `/${resource}`, (call) => answer(call, resource));
    routes.on('GET', `/${resource}/:locator`, (call) => nextPageReply(call, resource, cursors, param(call, 'locator')));
  }
}
