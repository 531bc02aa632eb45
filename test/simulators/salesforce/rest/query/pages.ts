import type { Cursors, Page } from '../../soql/cursors.ts';
import { ok, type Call, type Reply } from '../wire/call.ts';

export const MAX_BATCH = 2000;

/** `Sforce-Query-Options: batchSize=200…2000` */
function batchSizeOf(call: Call): number {
  const wanted = /batchSize\s*=\s*(\d+)/i.exec(call.header('sforce-query-options') ?? '')?.[1];
  return wanted === undefined ? MAX_BATCH : Math.min(MAX_BATCH, Math.max(200, Number(wanted)));
}

function shown(call: Call, resource: string, { totalSize, done, records, locator }: Page): Reply {
  const nextRecordsUrl = `/services/data/v${call.version}.0/${resource}/${locator}`;
  return ok({ totalSize, done, ...(locator === null ? {} : { nextRecordsUrl }), records }, records.length);
}

/** First page of a result of `total` rows. */
export function pageReply(
  call: Call,
  resource: 'query' | 'queryAll',
  cursors: Cursors,
  total: number,
  page: (from: number, to: number) => unknown[],
): Reply {
  return shown(call, resource, cursors.first(call.access.userId, total, batchSizeOf(call), page));
}

/** @throws RequestFault INVALID_QUERY_LOCATOR */
export function nextPageReply(call: Call, resource: 'query' | 'queryAll', cursors: Cursors, locator: string): Reply {
  return shown(call, resource, cursors.next(call.access.userId, locator, batchSizeOf(call)));
}
