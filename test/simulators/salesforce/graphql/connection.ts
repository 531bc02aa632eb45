import type { GraphQLResolveInfo } from 'graphql';
import { normalizeId } from '../org/ids.ts';
import type { SObject, SRecord } from '../org/types.ts';
import type { Context, Row } from './context.ts';
import { sortRecords, writtenOrder } from './order.ts';
import { compileFilter, type Filter } from './where.ts';

export type Edge<Node> = { cursor: string; node: Node };
export type Connection<Node> = {
  edges: Edge<Node>[];
  totalCount: number;
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
};

type PageArgs = { first?: number | null; after?: string | null; upperBound?: number | null };
export type ConnectionArgs = PageArgs & { where?: Filter | null; scope?: string | null };

// The cursor of a real org for the first row is `v1:0` in base64; clients must take it as opaque.
const cursorOf = (position: number) => Buffer.from(`v1:${position}`).toString('base64');

function positionOf(cursor: string): number {
  const position = /^v1:(\d+)$/.exec(Buffer.from(cursor, 'base64').toString())?.[1];
  if (position === undefined) throw new Error(`Invalid cursor: ${cursor}`);
  return Number(position);
}

/** One page; 10 nodes when `first` is absent, at most 2,000 (GraphQL docs, "Query Limits"). */
export function page<Node>(nodes: Node[], { first, after, upperBound }: PageArgs): Connection<Node> {
  const size = first ?? 10;
  if (size < 1 || size > 2000) throw new Error('The value of first must be between 1 and 2000.');
  if (upperBound != null && size < 200) throw new Error('With upperBound, first must be between 200 and 2000.');
  const start = after == null ? 0 : positionOf(after) + 1;
  const end = Math.min(nodes.length, start + size, upperBound ?? Infinity);
  const edges = nodes.slice(start, end).map((node, index) => ({ cursor: cursorOf(start + index), node }));
  return {
    edges,
    totalCount: nodes.length,
    pageInfo: {
      hasNextPage: end < Math.min(nodes.length, upperBound ?? Infinity),
      hasPreviousPage: start > 0,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

/** Records that can match: found by index where the filter asks for one id or one parent, else all. */
function candidates(object: SObject, where: Filter | null | undefined, { org }: Context): SRecord[] {
  for (const [key, given] of Object.entries(where ?? {})) {
    const field = object.fields.get(key);
    const asked = (given as { eq?: unknown } | null)?.eq;
    if (typeof asked !== 'string' || !field || (field.type !== 'id' && !field.reference)) continue;
    const id = normalizeId(asked);
    if (id === null) return [];
    if (field.reference) return org.referencing(object, field, id);
    const record = org.get(object.name, id);
    return record ? [record] : [];
  }
  return org.all(object.name);
}

/** Records that match, of those that sharing lets the user see. */
export function matching(
  object: SObject,
  args: ConnectionArgs,
  context: Context,
  among = candidates(object, args.where, context),
): SRecord[] {
  const { access } = context;
  const matches = args.where ? compileFilter(object, args.where, context) : () => true;
  const mine = (record: SRecord) => args.scope !== 'MINE' || record['OwnerId'] === access.userId;
  return among.filter((record) => matches(record) && mine(record) && access.seesRecord(object.name, record));
}

/** Resolver of every list of records, top level and child relationship. */
export function connect(
  object: SObject,
  args: ConnectionArgs,
  context: Context,
  info: GraphQLResolveInfo,
  among?: SRecord[],
): Connection<Row> {
  const records = sortRecords(object, matching(object, args, context, among), writtenOrder(info, context), context);
  return page(
    records.map((record) => ({ object, record })),
    args,
  );
}
