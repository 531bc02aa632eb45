import express, { type Request } from 'express';
import * as z from 'zod';
import { category, notSimulated, ZuoraError } from '../protocol/errors.ts';
import type { Tenant } from '../tenant.ts';
import type { QueryObject } from './define.ts';
import { expandsOf, viewOf, type View } from './expand.ts';
import { filterOf } from './filter.ts';
import { refuse } from './refuse.ts';
import { objects, otherObjects } from './objects.ts';
import { comparePlaces, placesOf, sortOf, type Place, type Sort } from './sort.ts';

/** Values of a parameter that may be repeated, sent with or without its brackets encoded. */
const all = (req: Request, name: string): string[] =>
  new URL(req.originalUrl, 'http://localhost').searchParams.getAll(name);

function objectOf(tenant: Tenant, path: string): QueryObject {
  const found = objects[path];
  if (found) return found;
  if (otherObjects.includes(path)) notSimulated(tenant.ctx.calls, `object-query ${path}`);
  throw new ZuoraError(
    category.notFound,
    `The endpoint /object-query/${path} does not exist. Please check the URL and try again.`,
  );
}

/** `fields[]` and `expand[]` of a request; `<object>.fields[]` names those of an expanded object. */
function viewAsked(tenant: Tenant, req: Request, object: QueryObject, more: readonly string[], pageSize: number): View {
  const fields = new Map<string, string[]>();
  for (const [name, value] of new URL(req.originalUrl, 'http://localhost').searchParams) {
    const of = /^(?:(\w+)\.)?fields\[\]$/i.exec(name);
    if (of) {
      const owner = (of[1] ?? object.singular).toLowerCase();
      const named = value.split(',').map((one) => one.trim().toLowerCase());
      fields.set(owner, [...(fields.get(owner) ?? []), ...named]);
    } else if (!['expand[]', 'includeNullFields', ...more].includes(name)) {
      refuse(`Unknown query parameter '${name}'.`);
    }
  }
  for (const name of fields.get(object.singular.toLowerCase()) ?? [])
    if (!object.fields(tenant).has(name)) refuse(`Field '${name}' cannot be used here.`);
  return {
    fields,
    expands: expandsOf(object, all(req, 'expand[]')),
    withNulls: req.query['includeNullFields'] === 'true',
    pageSize,
  };
}

/** Rows that match, in order, with the value that each is sorted by; kept until the data or the day changes. */
function found(tenant: Tenant, object: QueryObject, filters: readonly string[], sort: Sort): readonly Place[] {
  const key = `objectQuery ${object.name} ${JSON.stringify([filters, sort, tenant.today()])}`;
  return tenant.derived(key, () => {
    const tests = filters.map((text) => filterOf(tenant, object, text));
    const records = object.records(tenant).filter((record) => tests.every((test) => test(record)));
    return placesOf(tenant, object, records, sort);
  });
}

/** `GET /object-query/{objects}[/{key}]`: filter, sort, fields, expand and cursor; null fields only when asked for. */
export function objectQueryRoutes(tenant: Tenant): express.Router {
  const router = express.Router();
  router.get('/object-query/:objects', (req, res) => {
    const object = objectOf(tenant, req.params.objects);
    const pageSize = Number(req.query['pageSize'] ?? 10);
    if (!Number.isInteger(pageSize) || pageSize < 1 || pageSize > 99) refuse("'pageSize' must be between 1 and 99.");
    const view = viewAsked(tenant, req, object, ['filter[]', 'sort[]', 'pageSize', 'cursor'], pageSize);
    const sort = sortOf(object, all(req, 'sort[]'));
    const places = found(tenant, object, all(req, 'filter[]'), sort);
    const start = firstAfter(places, req.query['cursor'], sort);
    const rows = places.slice(start, start + pageSize);
    const [end, more] = tenant.options.pagingLoops
      ? [places[pageSize - 1], true]
      : [rows.at(-1), places.length > start + pageSize];
    res.json({
      ...(end && more && { nextPage: cursorOf(end) }),
      data: rows.map(({ record }) => viewOf(tenant, object, record, view)),
    });
  });
  router.get('/object-query/:objects/:key', (req, res) => {
    const object = objectOf(tenant, req.params.objects);
    const view = viewAsked(tenant, req, object, [], 99);
    const keys = object.keys.map((name) => object.fields(tenant).get(name.toLowerCase())!);
    const record = object.records(tenant).findLast((one) => keys.some(({ of }) => of(one) === req.params.key));
    if (!record) throw new ZuoraError(category.notFound, `Cannot find entity by key: '${req.params.key}'.`);
    res.json(viewOf(tenant, object, record, view));
  });
  return router;
}

const cursorOf = ({ value, id }: Place): string => Buffer.from(JSON.stringify({ value, id })).toString('base64url');

const cursorSchema = z.strictObject({
  value: z.union([z.string(), z.number(), z.boolean(), z.null()]),
  id: z.string(),
});

function placeOf(cursor: string): Pick<Place, 'value' | 'id'> {
  try {
    return cursorSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
  } catch {
    return refuse('The cursor is not valid.');
  }
}

/** The cursor holds a place, not a row number: rows that change meanwhile move, the others are neither lost nor repeated. */
function firstAfter(places: readonly Place[], cursor: unknown, sort: Sort): number {
  if (cursor === undefined) return 0;
  const after = placeOf(String(cursor));
  let [low, high] = [0, places.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (comparePlaces(places[middle]!, after, sort) > 0) high = middle;
    else low = middle + 1;
  }
  return low;
}
