import { invalid } from '../protocol/errors.ts';
import { page, paging } from '../protocol/lists.ts';
import { oneOf, required, shape, text } from '../protocol/params.ts';
import type { Routes } from '../protocol/protocol.ts';
import type { TaxId } from '../protocol/wire.ts';
import type { World } from '../world.ts';

/** Formats of the numbers that are checked (Stripe docs, "Customer tax IDs"); other types are taken as they come. */
const formats: Record<string, RegExp> = {
  au_abn: /^\d{11}$/,
  ch_vat: /^CHE-?\d{3}\.?\d{3}\.?\d{3} ?(MWST|TVA|IVA)$/,
  eu_vat: /^[A-Z]{2}[0-9A-Z+*]{2,12}$/,
  gb_vat: /^(GB)?(\d{9}|\d{12})$|^(GB|XI)?(GD|HA)\d{3}$/,
  in_gst: /^\d{2}[A-Z]{5}\d{4}[A-Z]\w[Z]\w$/,
  us_ein: /^\d{2}-?\d{7}$/,
};

const verifiedTypes = ['au_abn', 'ch_vat', 'eu_vat', 'gb_vat'];
const verificationSeconds = 5;

export function addTaxId(world: World, customer: string, params: { type?: string; value?: string }): TaxId {
  const type = required(params.type, 'type');
  const value = required(params.value, 'value');
  if (!/^[a-z]{2}(_[a-z]+)+$/.test(type)) throw invalid(`Invalid type: ${type}`, 'type');
  if (Object.hasOwn(formats, type) && !formats[type]?.test(value))
    throw invalid(`Invalid value for ${type}.`, 'value', 'tax_id_invalid');
  const checked = verifiedTypes.includes(type);
  const row: TaxId = {
    id: world.id('txi'),
    object: 'tax_id',
    country: type === 'eu_vat' ? value.slice(0, 2) : type.slice(0, 2).toUpperCase(),
    created: world.now(),
    customer,
    customer_account: null,
    livemode: false,
    owner: { customer, customer_account: null, type: 'customer' },
    type,
    value,
    verification: { status: checked ? 'pending' : 'unavailable', verified_address: null, verified_name: null },
  };
  if (checked) world.at(world.now() + verificationSeconds, 'verify-tax-id', row.id);
  return world.insert('taxIds', row, 'customer.tax_id.created');
}

/** Tax ids of customers, under the customer or by themselves; those of the account are not simulated. */
export function addTaxIdRoutes(routes: Routes, world: World): void {
  world.onTimer('verify-tax-id', (id) => {
    const found = world.find('taxIds', id);
    if (found?.verification)
      world.change(found, 'customer.tax_id.updated', (one) => {
        one.verification = {
          status: one.value.includes('000000000') ? 'unverified' : 'verified',
          verified_address: null,
          verified_name: world.find('customers', one.customer)?.name ?? null,
        };
      });
  });
  const nested = '/v1/customers/:customer/tax_ids';
  const find = (path: Record<string, string>) => {
    const found = world.get('taxIds', path['id'] ?? '');
    if (path['customer'] !== undefined && found.customer !== path['customer'])
      throw invalid(`No such tax_id: '${found.id}'`, 'id', 'resource_missing');
    return found;
  };
  const remove = (path: Record<string, string>) => world.remove('taxIds', find(path), 'customer.tax_id.deleted');
  routes.post(nested, { type: text, value: text }, ({ path, params }) =>
    addTaxId(world, world.get('customers', path['customer'] ?? '').id, params),
  );
  routes.get(nested, paging, ({ path, params }) => {
    const { id } = world.get('customers', path['customer'] ?? '');
    return page(`/v1/customers/${id}/tax_ids`, world.all('taxIds'), (one) => one.customer === id, params);
  });
  routes.get(`${nested}/:id`, {}, ({ path }) => find(path));
  routes.delete(`${nested}/:id`, {}, ({ path }) => remove(path));
  const owner = shape({ type: oneOf('customer', 'self'), customer: text });
  routes.post('/v1/tax_ids', { type: text, value: text, owner }, ({ params }) => {
    const customer = required(params.owner?.customer, 'owner[customer]');
    return addTaxId(world, world.get('customers', customer, 'owner[customer]').id, params);
  });
  routes.get('/v1/tax_ids', { ...paging, owner }, ({ params }) =>
    page(
      '/v1/tax_ids',
      world.all('taxIds'),
      (one) => params.owner?.customer !== undefined && one.customer === params.owner.customer,
      params,
    ),
  );
  routes.get('/v1/tax_ids/:id', {}, ({ path }) => find(path));
  routes.delete('/v1/tax_ids/:id', {}, ({ path }) => remove(path));
}
