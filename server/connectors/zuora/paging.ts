import { z, type ZodType } from 'zod';
import { Fault } from '../../domain/fault.ts';
import type { Read, ZuoraClient } from './client.ts';

export type Query = readonly (readonly [string, string])[];

/** Largest page of a v1 list and of Object Query (Zuora docs, "Pagination"). */
const LIST_PAGE = '40';
const QUERY_PAGE = '99';

export function pagingLoops(path: string): Fault {
  return new Fault({
    code: 'zuora_paging_loops',
    kind: 'unavailable',
    publicText: 'Zuora led in a circle from page to page; it is read again from the start.',
    context: { path },
  });
}

/** Without the list only an answer that calls itself a success says that there is nothing: else everything would be removed. */
const noneIn = (answer: Record<string, unknown>): [] | undefined => (answer['success'] === true ? [] : undefined);

/**
 * Reads every page of a v1 list.
 * @param rows name of the array in the answer
 * @throws Fault; also when a page leads back to one that was read
 */
export async function readList<T>(
  client: ZuoraClient,
  doing: string,
  path: string,
  query: Query,
  rows: string,
  schema: ZodType<T>,
): Promise<Read<T[]>> {
  const page = z
    .record(z.string(), z.unknown())
    .transform((answer) => ({ rows: answer[rows] ?? noneIn(answer), nextPage: answer['nextPage'] ?? null }))
    .pipe(z.object({ rows: z.array(schema), nextPage: z.string().nullable() }));
  const data: T[] = [];
  const seen = new Set<string>();
  let asOf: Date | null = null;
  let next: { pathname: string; parameters: Query } | null = {
    pathname: path,
    parameters: [...query, ['pageSize', LIST_PAGE]],
  };
  while (next !== null) {
    const answer: Read<z.infer<typeof page>> = await client.get(doing, next.pathname, next.parameters, page);
    asOf ??= answer.asOf;
    data.push(...answer.data.rows);
    const { nextPage } = answer.data;
    if (nextPage === null) break;
    if (seen.has(nextPage)) throw pagingLoops(path);
    seen.add(nextPage);
    // Only path and parameters are taken from it, so that no other host ever gets the token.
    const { pathname, searchParams }: URL = new URL(nextPage, 'https://rest.zuora.com');
    next = { pathname, parameters: [...searchParams] };
  }
  return { data, asOf: asOf! };
}

export type QueryPage<T> = { rows: T[]; asOf: Date };

/**
 * Reads Object Query page by page (Zuora docs, "Expand, filter, fields, and sort").
 * @throws Fault; also when a page leads back to one that was read
 */
export async function* queryPages<T>(
  client: ZuoraClient,
  doing: string,
  object: string,
  query: Query,
  schema: ZodType<T>,
): AsyncGenerator<QueryPage<T>> {
  const page = z.object({ data: z.array(schema), nextPage: z.string().nullish() });
  const path = `/object-query/${object}`;
  const seen = new Set<string>();
  for (let cursor: string | null = null; ;) {
    const more: Query = cursor === null ? [] : [['cursor', cursor]];
    const answer: Read<z.infer<typeof page>> = await client.get(
      doing,
      path,
      [...query, ['pageSize', QUERY_PAGE], ...more],
      page,
    );
    yield { rows: answer.data.data, asOf: answer.asOf };
    cursor = answer.data.nextPage ?? null;
    if (cursor === null) return;
    if (seen.has(cursor)) throw pagingLoops(path);
    seen.add(cursor);
  }
}

/** Reads all pages of Object Query, in an order that stays: what is made meanwhile must not push another one off a page. */
export async function queryAll<T>(
  client: ZuoraClient,
  doing: string,
  object: string,
  query: Query,
  schema: ZodType<T>,
): Promise<T[]> {
  const rows: T[] = [];
  for await (const page of queryPages(client, doing, object, [...query, ['sort[]', 'id.asc']], schema))
    rows.push(...page.rows);
  return rows;
}
