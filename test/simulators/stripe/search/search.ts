import { subscriptionOf } from '../invoices/invoiceTotals.ts';
import { invalid } from '../protocol/errors.ts';
import { integer, required, text } from '../protocol/params.ts';
import type { Routes } from '../protocol/protocol.ts';
import type { Invoice, Json } from '../protocol/wire.ts';
import type { Tables } from '../state.ts';
import type { World } from '../world.ts';
import { matches, parseQuery, type Fields } from './query.ts';

type Resource = { table: keyof Tables; fields: Fields };

const method = (name: string): Fields => ({
  [`payment_method_details.${name}.brand`]: 'token',
  [`payment_method_details.${name}.exp_month`]: 'token',
  [`payment_method_details.${name}.exp_year`]: 'token',
  [`payment_method_details.${name}.fingerprint`]: 'token',
  [`payment_method_details.${name}.last4`]: 'token',
});

/** What can be searched, by the name in the path, and by which fields (Stripe docs, "Search"). */
const resources: Record<string, Resource> = {
  charges: {
    table: 'charges',
    fields: {
      amount: 'numeric',
      'billing_details.address.postal_code': 'token',
      created: 'numeric',
      currency: 'token',
      customer: 'token',
      disputed: 'token',
      ...method('card'),
      ...method('sepa_debit'),
      ...method('us_bank_account'),
      refunded: 'token',
      status: 'token',
    },
  },
  customers: {
    table: 'customers',
    fields: { created: 'numeric', email: 'string', name: 'string', phone: 'string' },
  },
  invoices: {
    table: 'invoices',
    fields: {
      created: 'numeric',
      currency: 'token',
      customer: 'token',
      last_finalization_error_code: 'token',
      last_finalization_error_type: 'token',
      number: 'token',
      receipt_number: 'token',
      status: 'token',
      subscription: 'token',
      total: 'numeric',
    },
  },
  payment_intents: {
    table: 'paymentIntents',
    fields: { amount: 'numeric', created: 'numeric', currency: 'token', customer: 'token', status: 'token' },
  },
  prices: {
    table: 'prices',
    fields: { active: 'token', currency: 'token', lookup_key: 'string', product: 'token', type: 'token' },
  },
  products: {
    table: 'products',
    fields: { active: 'token', description: 'string', name: 'string', shippable: 'token', url: 'string' },
  },
  subscriptions: {
    table: 'subscriptions',
    fields: { canceled_at: 'numeric', created: 'numeric', status: 'token' },
  },
};

/** Fields that stand elsewhere in the object than their name says. */
function read(row: Json, field: string): unknown {
  if (row['object'] === 'invoice' && field === 'subscription') return subscriptionOf(row as unknown as Invoice);
  if (field.startsWith('last_finalization_error_'))
    return (row['last_finalization_error'] as Json | null)?.[field.slice('last_finalization_error_'.length)];
  return field
    .split('.')
    .reduce<unknown>((at, key) => (typeof at === 'object' && at !== null ? (at as Json)[key] : undefined), row);
}

const token = (query: string, after: string): string =>
  Buffer.from(JSON.stringify([query, after])).toString('base64url');

/** @throws 400 for a token of another query, or one that never was */
function readToken(page: string, query: string): string {
  try {
    const [of, after] = JSON.parse(Buffer.from(page, 'base64url').toString('utf8')) as unknown[];
    if (of === query && typeof after === 'string') return after;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw invalid('Invalid page token: it must come from the same query.', 'page');
}

type SearchResult = { object: 'search_result'; data: Json[]; has_more: boolean; next_page: string | null; url: string };

function search(
  world: World,
  url: string,
  { table, fields }: Resource,
  params: { query?: string; limit?: number; page?: string },
): SearchResult {
  const query = required(params.query, 'query');
  const limit = params.limit ?? 10;
  if (limit < 1 || limit > 100) throw invalid('Limit must be between 1 and 100.', 'limit', 'parameter_invalid_integer');
  const parsed = parseQuery(query, fields);
  const found = world
    .all(table)
    .toReversed()
    .filter((row) => {
      const indexed = world.indexed(row.id);
      return indexed !== null && matches(parsed, indexed, read);
    })
    .sort((a, b) => createdOf(b) - createdOf(a));
  world.searchTotal = found.length;
  const after = params.page === undefined ? null : readToken(params.page, query);
  const rest = after === null ? found : found.slice(found.findIndex((row) => row.id === after) + 1);
  const data = rest.slice(0, limit);
  const more = rest.length > limit;
  return {
    object: 'search_result',
    data: data as unknown as Json[],
    has_more: more,
    next_page: more ? token(query, data.at(-1)!.id) : null,
    url,
  };
}

const createdOf = (row: object): number => ('created' in row && typeof row.created === 'number' ? row.created : 0);

export function addSearchRoutes(routes: Routes, world: World): void {
  for (const [name, resource] of Object.entries(resources)) {
    const url = `/v1/${name}/search`;
    routes.get(url, { query: text, limit: integer, page: text }, ({ params }) => search(world, url, resource, params));
  }
}
