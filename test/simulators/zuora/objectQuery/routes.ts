import express, { type Request } from 'express';
import { category, ZuoraError } from '../protocol/errors.ts';
import type { Tenant } from '../tenant.ts';
import { canFilter, objects, otherObjects, type QueryObject, type Row } from './rows.ts';

const refuse = (message: string): never => {
  throw new ZuoraError(category.badQuery, message);
};

/** Values of a parameter that may be repeated, sent with or without its brackets encoded. */
function all(req: Request, name: string): string[] {
  const params = new URL(req.originalUrl, 'http://localhost').searchParams;
  return params.getAll(name);
}

/** Fields match whatever the case of their letters. */
function field(row: Row, name: string): unknown {
  const lower = name.toLowerCase();
  const key = Object.keys(row).find((one) => one.toLowerCase() === lower);
  return key === undefined ? refuse(`Field '${name}' cannot be used here.`) : row[key];
}

const isInstant = (value: unknown): value is string => typeof value === 'string' && /^\d{4}-\d{2}-\d{2}T/.test(value);

/** Negative, zero or positive; instants by time, numbers by size, text by letters without case. */
function compare(value: unknown, text: string): number {
  if (typeof value === 'number') return value - Number(text);
  if (isInstant(value)) {
    const at = Date.parse(text);
    return Number.isNaN(at) ? refuse(`'${text}' is not a date and time.`) : Date.parse(value) - at;
  }
  const [a, b] = [String(value).toLowerCase(), text.toLowerCase()];
  return a < b ? -1 : a > b ? 1 : 0;
}

/** `<field>.<OP>:<value>`; several are joined by AND (Zuora docs, "Expand, filter, fields, and sort"). */
function filterOf(tenant: Tenant, object: QueryObject, text: string): (row: Row) => boolean {
  const match = /^([\w]+)\.(EQ|NE|LT|GT|LE|GE|SW|IN):(.*)$/is.exec(text);
  if (!match) return refuse(`The filter '${text}' is not valid.`);
  const [, name, operator, value] = match as unknown as [string, string, string, string];
  if (!canFilter(tenant, object, name)) return refuse(`Field '${name}' cannot be filtered on.`);
  const matches = (actual: unknown, wanted: string) => actual !== null && compare(actual, wanted) === 0;
  return (row) => {
    const actual = field(row, name);
    if (value === 'null') return operator.toUpperCase() === 'NE' ? actual !== null : actual === null;
    switch (operator.toUpperCase()) {
      case 'EQ':
        return matches(actual, value);
      case 'NE':
        return !matches(actual, value);
      case 'IN':
        return value
          .replace(/^\[|\]$/g, '')
          .split(',')
          .some((one) => matches(actual, one));
      case 'SW':
        return typeof actual === 'string' && actual.toLowerCase().startsWith(value.toLowerCase());
      default: {
        if (actual === null) return false;
        const order = compare(actual, value);
        return { LT: order < 0, GT: order > 0, LE: order <= 0, GE: order >= 0 }[operator.toUpperCase()]!;
      }
    }
  };
}

type Sort = { name: string; sign: 1 | -1 };

function sortOf(tenant: Tenant, object: QueryObject, req: Request): Sort {
  const [sort, ...more] = all(req, 'sort[]');
  if (more.length > 0) return refuse('Only one field can be sorted on.');
  const [name, direction = 'asc'] = (sort ?? 'id.asc').split('.') as [string, string?];
  if (!/^(asc|desc)$/i.test(direction)) return refuse(`The sort '${sort}' is not valid.`);
  if (!canFilter(tenant, object, name)) return refuse(`Field '${name}' cannot be sorted on.`);
  return { name, sign: direction.toLowerCase() === 'desc' ? -1 : 1 };
}

/** A place in a sorted list: the sorted value, and the id, since equal values need a fixed order. */
type Place = { value: unknown; id: string };

const placeOf = (row: Row, sort: Sort): Place => ({ value: field(row, sort.name), id: row.id });

function comparePlaces(a: Place, b: Place, sort: Sort): number {
  return sort.sign * (compareValues(a.value, b.value) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

function compareValues(a: unknown, b: unknown): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1;
  return compare(a, String(b));
}

function pick(row: Row, fields: readonly string[], withNulls: boolean): Record<string, unknown> {
  const wanted = fields.flatMap((one) => one.split(',')).map((one) => one.trim().toLowerCase());
  for (const name of wanted) field(row, name);
  return Object.fromEntries(
    Object.entries(row).filter(
      ([name, value]) => (wanted.length === 0 || wanted.includes(name.toLowerCase())) && (withNulls || value !== null),
    ),
  );
}

/** `GET /object-query/{objects}[/{key}]`: filter, sort, fields and cursor; null fields only when asked for. */
export function objectQueryRoutes(tenant: Tenant): express.Router {
  const router = express.Router();
  const objectOf = (name: string) => {
    const found = objects[name];
    if (found) return found;
    if (otherObjects.includes(name)) tenant.ctx.calls.refuse(`object-query ${name}`);
    throw new ZuoraError(
      category.notFound,
      `The endpoint /object-query/${name} does not exist. Please check the URL and try again.`,
    );
  };
  const check = (req: Request, singular: string, more: readonly string[]) => {
    const fields = ['fields[]', `${singular.toLowerCase()}.fields[]`];
    for (const name of new URL(req.originalUrl, 'http://localhost').searchParams.keys()) {
      if (name === 'expand[]') tenant.ctx.calls.refuse(`object-query expand[] on ${singular}`);
      if (![...fields, 'includeNullFields', ...more].includes(name) && !fields.includes(name.toLowerCase()))
        refuse(`Unknown query parameter '${name}'.`);
    }
    return fields.flatMap((name) => all(req, name));
  };
  router.get('/object-query/:objects', (req, res) => {
    const object = objectOf(req.params.objects);
    const fields = check(req, object.singular, ['filter[]', 'sort[]', 'pageSize', 'cursor']);
    const pageSize = Number(req.query['pageSize'] ?? 10);
    if (!Number.isInteger(pageSize) || pageSize < 1 || pageSize > 99) refuse("'pageSize' must be between 1 and 99.");
    const filters = all(req, 'filter[]').map((text) => filterOf(tenant, object, text));
    const sort = sortOf(tenant, object, req);
    const isLeft = after(req.query['cursor'], sort);
    const left = object
      .rows(tenant)
      .filter((row) => filters.every((one) => one(row)))
      .map((row) => ({ row, place: placeOf(row, sort) }))
      .filter(({ place }) => isLeft(place))
      .sort((a, b) => comparePlaces(a.place, b.place, sort));
    const found = left.slice(0, pageSize);
    const withNulls = req.query['includeNullFields'] === 'true';
    const next = () => Buffer.from(JSON.stringify(found.at(-1)!.place)).toString('base64url');
    res.json({
      ...(left.length > pageSize && { nextPage: next() }),
      data: found.map(({ row }) => pick(row, fields, withNulls)),
    });
  });
  router.get('/object-query/:objects/:key', (req, res) => {
    const object = objectOf(req.params.objects);
    const fields = check(req, object.singular, []);
    const rows = object.rows(tenant).filter((row) => object.keys.some((name) => row[name] === req.params.key));
    const found = rows.at(-1);
    if (!found) throw new ZuoraError(category.notFound, `Cannot find entity by key: '${req.params.key}'.`);
    res.json(pick(found, fields, req.query['includeNullFields'] === 'true'));
  });
  return router;
}

/** The cursor holds a place, not a row number: rows that change meanwhile move, the others are neither lost nor repeated. */
function after(cursor: unknown, sort: Sort): (place: Place) => boolean {
  if (cursor === undefined) return () => true;
  try {
    const place = JSON.parse(Buffer.from(String(cursor), 'base64url').toString()) as Place;
    return (one) => comparePlaces(one, place, sort) > 0;
  } catch {
    return refuse('The cursor is not valid.');
  }
}
