import type { SimContext } from '../../../kit/sim.ts';
import { RequestFault } from '../../org/errors.ts';
import type { SimulatedOrg } from '../../org/org.ts';
import type { Field, SObject, SRecord } from '../../org/types.ts';
import { runQuery } from '../../soql/query.ts';
import { queryContext } from '../query/query.ts';
import { isObject, jsonObject } from '../wire/body.ts';
import { ok, type Call, type Reply } from '../wire/call.ts';
import { invalidInput } from '../wire/faults.ts';
import type { Routes } from '../wire/routes.ts';
import { isSearchable, USUAL } from './searchable.ts';
import { malformedSearch, parseSosl, SCOPES, type Returning, type Search } from './sosl.ts';

const MAX_ROWS = 2000;
const TEXT: readonly Field['type'][] = ['string', 'textarea', 'email', 'phone', 'url', 'picklist', 'multipicklist'];

/** Fields that a search of this scope looks at. */
export function searched(object: SObject, scope: Search['scope']): Field[] {
  const fields = [...object.fields.values()];
  if (scope === 'NAME') return fields.filter(({ name }) => [object.nameField, 'FirstName', 'LastName'].includes(name));
  if (scope === 'EMAIL') return fields.filter(({ type }) => type === 'email');
  if (scope === 'PHONE') return fields.filter(({ type }) => type === 'phone');
  return fields.filter(({ type }) => TEXT.includes(type));
}

/** Every word begins a word of the text; `*` and `?` stand for letters as in SOSL. */
export function matcher(find: string): (text: string) => boolean {
  const words = find.split(/\s+/).map((word) => {
    const pattern = word
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replace(/\*/g, '.*')
      .replace(/\?/g, '.');
    return new RegExp(`(?:^|[^\\p{L}\\p{N}])${pattern}`, 'iu');
  });
  return (text) => words.every((word) => word.test(text));
}

function found(
  ctx: SimContext,
  org: SimulatedOrg,
  call: Call,
  search: Search,
  part: Returning,
): Record<string, unknown>[] {
  const fields = part.fields.length > 0 ? part.fields : ['Id'];
  const soql = `SELECT ${fields.join(', ')} FROM ${part.object} ${part.clauses}`;
  const result = runQuery(queryContext(ctx, org, call, soql), call.version);
  if (result.kind !== 'rows') throw malformedSearch('RETURNING takes fields only');
  const object = org.object(part.object)!;
  if (!isSearchable(object))
    throw new RequestFault(400, 'INVALID_TYPE', `entity type ${object.name} does not support search`);
  const looked = searched(object, search.scope).filter((field) => call.access.readsField(object.name, field.name));
  const matches = matcher(search.find);
  const holds = (record: SRecord): boolean =>
    looked.some((field) => matches(String(org.value(object, record, field, call.access.userId) ?? '')));
  return result.rows
    .filter(holds)
    .slice(part.offset, part.limit === null ? undefined : part.offset + part.limit)
    .map(result.render) as Record<string, unknown>[];
}

function names(value: unknown, what: string): string[] {
  const list = typeof value === 'string' ? value.split(',') : value;
  if (list === undefined || list === null) return [];
  if (Array.isArray(list) && list.every((name) => typeof name === 'string' && /^[\w.]+$/.test(name.trim())))
    return list as string[];
  throw invalidInput(`${what} must be a list of names`);
}

function count(value: unknown, what: string): number | null {
  if (value === undefined || value === null) return null;
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1 || number > MAX_ROWS)
    throw invalidInput(`${what} must be a number between 1 and ${MAX_ROWS}`);
  return number;
}

/** Parameters of the address in the form of the body: `sobject=Account&Account.fields=Id,Name&Account.limit=5`. */
function fromQuery({ query }: Call): Record<string, unknown> {
  const objects = query.getAll('sobject').flatMap((value) => value.split(','));
  const part = (object: string, name: string): string | undefined => query.get(`${object}.${name}`) ?? undefined;
  return {
    ...Object.fromEntries([...query].filter(([name]) => !name.includes('.') && name !== 'sobject')),
    sobjects: objects.map((name) => ({
      name,
      fields: part(name, 'fields'),
      where: part(name, 'where'),
      limit: part(name, 'limit'),
    })),
  };
}

function parameterized(values: Record<string, unknown>): Search {
  const { q, in: scope = 'ALL', fields, sobjects = [], defaultLimit, overallLimit, ...others } = values;
  const other = Object.keys(others)[0];
  if (other !== undefined) throw invalidInput(`Unrecognized field "${other}"`);
  if (typeof q !== 'string' || q.trim().length < 2)
    throw malformedSearch('search term must be longer than one character');
  const known = SCOPES.find((one) => one === String(scope).toUpperCase());
  if (!known) throw invalidInput(`in must be one of ${SCOPES.join(', ')}`);
  if (!Array.isArray(sobjects)) throw invalidInput('sobjects must be a list');
  const returning = sobjects.map((entry: unknown): Returning => {
    if (!isObject(entry) || typeof entry['name'] !== 'string') throw invalidInput('an entry of sobjects has no name');
    const own = names(entry['fields'], 'fields');
    return {
      object: entry['name'],
      fields: own.length > 0 ? own : names(fields, 'fields'),
      clauses: typeof entry['where'] === 'string' && entry['where'] !== '' ? `WHERE ${entry['where']}` : '',
      limit: count(entry['limit'] ?? defaultLimit, 'limit'),
      offset: 0,
    };
  });
  return { find: q.trim(), scope: known, returning, limit: count(overallLimit, 'overallLimit') };
}

/** `search` in SOSL and `parameterizedSearch` (REST API Developer Guide, "Search"). */
export function addSearch(routes: Routes, ctx: SimContext, org: SimulatedOrg): void {
  const answer = (call: Call, search: Search): Reply => {
    const custom = org.objects().filter((object) => object.custom && isSearchable(object));
    const usual = [...USUAL, ...custom.map(({ name }) => name)].filter(
      (name) => org.object(name) && call.access.readsObject(name),
    );
    const parts =
      search.returning.length > 0
        ? search.returning
        : usual.map((object) => ({ object, fields: [], clauses: '', limit: null, offset: 0 }));
    const records = parts
      .flatMap((part) => found(ctx, org, call, search, part))
      .slice(0, Math.min(MAX_ROWS, search.limit ?? MAX_ROWS));
    return ok(call.version < 37 ? records : { searchRecords: records }, records.length);
  };
  routes.on('GET', '/search', (call) => {
    const text = call.query.get('q');
    if (text === null)
      throw new RequestFault(
        400,
        'MALFORMED_SEARCH',
        'No search term found. The search term must be enclosed in braces.',
      );
    return answer(call, parseSosl(text));
  });
  routes.on('GET', '/parameterizedSearch', (call) => answer(call, parameterized(fromQuery(call))));
  routes.on('POST', '/parameterizedSearch', (call) => answer(call, parameterized(jsonObject(call))));
}
