import type { Request, Router } from 'express';
import type { SimContext } from '../../kit/sim.ts';
import { RequestFault } from '../org/errors.ts';
import type { SimulatedOrg } from '../org/org.ts';
import { Cursors, type Page } from '../soql/cursors.ts';
import { malformed } from '../soql/fault.ts';
import { runQuery } from '../soql/query.ts';
import type { Handle, RestCall } from './call.ts';

const MAX_BATCH = 2000;

/** `Sforce-Query-Options: batchSize=200…2000` */
function batchSizeOf(req: Request): number {
  const wanted = /batchSize=(\d+)/i.exec(req.get('Sforce-Query-Options') ?? '')?.[1];
  return wanted === undefined ? MAX_BATCH : Math.min(MAX_BATCH, Math.max(200, Number(wanted)));
}

function body(path: string, { totalSize, done, records, locator }: Page): Record<string, unknown> {
  return { totalSize, done, ...(locator === null ? {} : { nextRecordsUrl: `${path}/${locator}` }), records };
}

/** SOQL over REST: `query`, `queryAll` and their further pages. */
export function mountQuery(router: Router, { calls }: SimContext, org: SimulatedOrg, handle: Handle): void {
  const cursors = new Cursors();
  const answer = ({ access, version }: RestCall, req: Request, all: boolean): Record<string, unknown> => {
    const text = req.query['q'];
    const other = Object.keys(req.query).find((name) => name !== 'q');
    if (other !== undefined) calls.refuse(`query parameter ${other}`);
    if (typeof text !== 'string' || text.trim() === '' || other !== undefined)
      throw malformed('', '', other === undefined ? 'SOQL statement cannot be empty' : `${other} is not supported`);
    const unsupported = (what: string): RequestFault => {
      calls.refuse(what);
      return malformed(text, '', `${what} is not supported by the simulated org`);
    };
    const result = runQuery({ org, access, text, all, unsupported }, version);
    if (result.kind === 'count') return { totalSize: result.totalSize, done: true, records: [] };
    const page =
      result.kind === 'rows'
        ? (from: number, to: number): unknown[] => result.rows.slice(from, to).map(result.render)
        : (from: number, to: number): unknown[] => result.rows.slice(from, to);
    const path = `/services/data/v${version}.0/${all ? 'queryAll' : 'query'}`;
    return body(path, cursors.first(access.userId, result.rows.length, batchSizeOf(req), page));
  };
  for (const name of ['query', 'queryAll']) {
    router.get(
      `/${name}`,
      handle((call, req, res) => void res.json(answer(call, req, name === 'queryAll'))),
    );
    router.get(
      `/${name}/:locator`,
      handle(({ access, version }, req, res) => {
        const page = cursors.next(access.userId, String(req.params['locator']), batchSizeOf(req));
        res.json(body(`/services/data/v${version}.0/${name}`, page));
      }),
    );
  }
}
