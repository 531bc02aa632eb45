import { invalid } from '../protocol/errors.ts';
import { itemsOf, planOf, showItems } from '../subscriptions/items.ts';
import { page, paging, within } from '../protocol/lists.ts';
import {
  array,
  clearable,
  currency,
  notNegative,
  either,
  flag,
  hashOf,
  integerFrom,
  mergeMetadata,
  metadata,
  oneOf,
  range,
  required,
  shape,
  text,
  unsimulated,
  type Read,
} from '../protocol/params.ts';
import { wholeAmount } from './pricing.ts';
import type { Routes } from '../protocol/protocol.ts';
import type { Price, Product, Tier } from '../protocol/wire.ts';
import type { World } from '../world.ts';

const productFields = {
  active: flag,
  default_price: text,
  description: clearable(text),
  images: array(text),
  marketing_features: array(shape({ name: text })),
  metadata,
  name: text,
  package_dimensions: unsimulated,
  shippable: flag,
  statement_descriptor: text,
  tax_code: clearable(text),
  tax_details: unsimulated,
  unit_label: clearable(text),
  url: clearable(text),
};

const recurring = shape({
  interval: oneOf('day', 'week', 'month', 'year'),
  interval_count: integerFrom(1),
  usage_type: oneOf('licensed', 'metered'),
  meter: text,
});

const amounts = { unit_amount: integerFrom(0), unit_amount_decimal: notNegative };

const tierList = array(
  shape({
    ...amounts,
    flat_amount: integerFrom(0),
    flat_amount_decimal: notNegative,
    up_to: either(integerFrom(1), oneOf('inf')),
  }),
);

const productDataFields = {
  active: flag,
  description: text,
  id: text,
  images: array(text),
  metadata,
  name: text,
  statement_descriptor: text,
  tax_code: text,
  tax_details: unsimulated,
  unit_label: text,
};

const currencyOptions = hashOf(
  shape({
    ...amounts,
    custom_unit_amount: unsimulated,
    tax_behavior: oneOf('exclusive', 'inclusive', 'unspecified'),
    tiers: unsimulated,
  }),
);

const priceFields = {
  ...amounts,
  active: flag,
  billing_scheme: oneOf('per_unit', 'tiered'),
  currency,
  currency_options: currencyOptions,
  custom_unit_amount: unsimulated,
  lookup_key: text,
  metadata,
  nickname: text,
  product: text,
  product_data: shape(productDataFields),
  recurring,
  tax_behavior: oneOf('exclusive', 'inclusive', 'unspecified'),
  tiers: tierList,
  tiers_mode: oneOf('graduated', 'volume'),
  transfer_lookup_key: flag,
  transform_quantity: shape({ divide_by: integerFrom(1), round: oneOf('up', 'down') }),
};

/** Parameters of a price that is made together with what uses it. */
const priceDataFields = {
  ...amounts,
  currency,
  product: text,
  recurring,
  tax_behavior: priceFields.tax_behavior,
};

export const priceData = shape(priceDataFields);

/** The same of what is billed once. */
const { recurring: _recurring, ...oneOffFields } = priceDataFields;
export const oneOffPriceData = shape(oneOffFields);

/** The same where a product can be made with it. */
export const priceDataWithProduct = shape({ ...priceDataFields, product_data: shape(productDataFields) });

/** The amount as whole minor units (null when it has a fraction) and as exact decimal. */
function amountPair(
  amount: number | undefined,
  exact: string | undefined,
): { amount: number | null; exact: string | null } {
  if (amount !== undefined) return { amount, exact: String(amount) };
  return exact === undefined ? { amount: null, exact: null } : { amount: wholeAmount(exact), exact };
}

function readTiers(tiers: ReturnType<typeof tierList>): Tier[] {
  return tiers.map((tier, index) => {
    const unit = amountPair(tier.unit_amount, tier.unit_amount_decimal);
    const flat = amountPair(tier.flat_amount, tier.flat_amount_decimal);
    const upTo = required(tier.up_to, `tiers[${index}][up_to]`);
    if ((upTo === 'inf') !== (index === tiers.length - 1))
      throw invalid('The last tier, and only it, must have `up_to` set to `inf`.', `tiers[${index}][up_to]`);
    const before = tiers[index - 1]?.up_to;
    if (upTo !== 'inf' && before !== undefined && upTo <= Number(before))
      throw invalid('Each tier must end after the one before it.', `tiers[${index}][up_to]`);
    return {
      flat_amount: flat.amount,
      flat_amount_decimal: flat.exact,
      unit_amount: unit.amount,
      unit_amount_decimal: unit.exact,
      up_to: upTo === 'inf' ? null : upTo,
    };
  });
}

function createProduct(world: World, params: Read<typeof productFields> & { id?: string }): Product {
  if (params.id !== undefined && world.find('products', params.id))
    throw invalid('Product already exists.', 'id', 'resource_already_exists');
  const product: Product = {
    id: params.id ?? world.id('prod', 14),
    object: 'product',
    active: params.active ?? true,
    created: world.now(),
    default_price: null,
    description: params.description ?? null,
    images: params.images ?? [],
    livemode: false,
    marketing_features: params.marketing_features ?? [],
    metadata: mergeMetadata({}, params.metadata),
    name: required(params.name, 'name'),
    package_dimensions: null,
    shippable: params.shippable ?? null,
    statement_descriptor: params.statement_descriptor ?? null,
    tax_code: params.tax_code ?? null,
    tax_details: null,
    type: 'service',
    unit_label: params.unit_label ?? null,
    updated: world.now(),
    url: params.url ?? null,
  };
  return world.insert('products', product, 'product.created');
}

export function createPrice(world: World, params: Read<typeof priceFields>): Price {
  const currency = required(params.currency, 'currency');
  const tiered = params.billing_scheme === 'tiered';
  if (tiered) {
    required(params.tiers, 'tiers');
    required(params.tiers_mode, 'tiers_mode');
    if (params.transform_quantity)
      throw invalid('You cannot use transform_quantity together with tiers.', 'transform_quantity');
  } else if ((params.unit_amount === undefined) === (params.unit_amount_decimal === undefined))
    throw invalid(
      'Exactly one of unit_amount and unit_amount_decimal must be given.',
      'unit_amount',
      'parameter_missing',
    );
  if (params.product_data === undefined) world.get('products', required(params.product, 'product'), 'product');
  if (params.lookup_key !== undefined) claimLookupKey(world, params.lookup_key, null, params.transfer_lookup_key);
  const unit = tiered ? { amount: null, exact: null } : amountPair(params.unit_amount, params.unit_amount_decimal);
  const tiers = readTiers(params.tiers ?? []);
  const price: Price = {
    id: world.id('price'),
    object: 'price',
    active: params.active ?? true,
    billing_scheme: params.billing_scheme ?? 'per_unit',
    created: world.now(),
    currency,
    custom_unit_amount: null,
    livemode: false,
    lookup_key: params.lookup_key ?? null,
    metadata: mergeMetadata({}, params.metadata),
    nickname: params.nickname ?? null,
    product: params.product ?? '',
    recurring: params.recurring === undefined ? null : readRecurring(world, params.recurring),
    tax_behavior: params.tax_behavior ?? 'unspecified',
    tiers_mode: tiered ? (params.tiers_mode ?? null) : null,
    transform_quantity: params.transform_quantity
      ? {
          divide_by: required(params.transform_quantity.divide_by, 'transform_quantity[divide_by]'),
          round: required(params.transform_quantity.round, 'transform_quantity[round]'),
        }
      : null,
    type: params.recurring === undefined ? 'one_time' : 'recurring',
    unit_amount: unit.amount,
    unit_amount_decimal: unit.exact,
  };
  if (params.product_data) price.product = createProduct(world, params.product_data).id;
  if (tiered) world.state.tiers[price.id] = tiers;
  if (params.currency_options) setOptions(world, price, params.currency_options);
  return world.insert('prices', price, 'price.created');
}

/** A lookup key names one active price; it moves only when that is asked for. */
function claimLookupKey(world: World, key: string, own: string | null, transfer: boolean | undefined): void {
  const holder = world.all('prices').find((one) => one.active && one.lookup_key === key && one.id !== own);
  if (!holder) return;
  if (!transfer) throw invalid(`A price (\`${holder.id}\`) already uses that lookup key.`, 'lookup_key');
  world.change(holder, 'price.updated', (one) => (one.lookup_key = null));
}

function setOptions(world: World, price: Price, options: ReturnType<typeof currencyOptions>): void {
  const shown = Object.entries(options).map(([currency, option]) => {
    const unit = amountPair(option.unit_amount, option.unit_amount_decimal);
    const value = {
      custom_unit_amount: null,
      tax_behavior: option.tax_behavior ?? price.tax_behavior,
      unit_amount: unit.amount,
      unit_amount_decimal: unit.exact,
    };
    return [currency.toLowerCase(), value] as const;
  });
  world.state.currencyOptions[price.id] = { ...world.state.currencyOptions[price.id], ...Object.fromEntries(shown) };
}

/** A metered price needs a meter since 2025-03-31.basil (Stripe changelog). */
/** How many of each interval make the longest billing interval, three years (Stripe docs, "Create a price"). */
const longest = { day: 1_095, week: 156, month: 36, year: 3 };

function readRecurring(world: World, params: ReturnType<typeof recurring>): NonNullable<Price['recurring']> {
  if (params.usage_type === 'metered') required(params.meter, 'recurring[meter]');
  if (params.meter !== undefined) world.get('meters', params.meter, 'recurring[meter]');
  const interval = required(params.interval, 'recurring[interval]');
  const count = params.interval_count ?? 1;
  if (count > longest[interval])
    throw invalid('Invalid interval_count: a billing interval has at most 3 years.', 'recurring[interval_count]');
  return {
    interval,
    interval_count: count,
    meter: params.meter ?? null,
    trial_period_days: null,
    usage_type: params.usage_type ?? 'licensed',
  };
}

export function addCatalogRoutes(routes: Routes, world: World): void {
  routes.post(
    '/v1/products',
    { ...productFields, id: text, default_price_data: priceData },
    ({ params: { default_price_data: data, ...params } }) => {
      const product = createProduct(world, params);
      if (data) product.default_price = createPrice(world, { ...data, product: product.id }).id;
      return product;
    },
  );
  routes.get('/v1/products', { ...paging, active: flag, created: range, ids: array(text) }, ({ params }) =>
    page(
      '/v1/products',
      world.all('products'),
      (one) =>
        within(one.created, params.created) &&
        (params.active === undefined || one.active === params.active) &&
        (!params.ids || params.ids.includes(one.id)),
      params,
    ),
  );
  routes.get('/v1/products/:id', {}, ({ path }) => world.get('products', path['id'] ?? ''));
  routes.post('/v1/products/:id', productFields, ({ path, params: { metadata: meta, ...params } }) =>
    world.change(world.get('products', path['id'] ?? ''), 'product.updated', (one) => {
      if (params.default_price !== undefined) world.get('prices', params.default_price, 'default_price');
      Object.assign(one, params, { updated: world.now() });
      one.metadata = mergeMetadata(one.metadata, meta);
    }),
  );
  routes.delete('/v1/products/:id', {}, ({ path }) => {
    const product = world.get('products', path['id'] ?? '');
    if (world.all('prices').some((price) => price.product === product.id))
      throw invalid('This product cannot be deleted because it has one or more user-created prices.');
    return world.remove('products', product, 'product.deleted');
  });
  addPriceRoutes(routes, world);
}

function addPriceRoutes(routes: Routes, world: World): void {
  routes.post('/v1/prices', priceFields, ({ params }) => createPrice(world, params));
  routes.get(
    '/v1/prices',
    {
      ...paging,
      active: flag,
      created: range,
      currency,
      product: text,
      type: oneOf('one_time', 'recurring'),
      lookup_keys: array(text),
    },
    ({ params }) =>
      page(
        '/v1/prices',
        world.all('prices'),
        (one) =>
          within(one.created, params.created) &&
          (params.active === undefined || one.active === params.active) &&
          (params.currency === undefined || one.currency === params.currency) &&
          (params.product === undefined || one.product === params.product) &&
          (params.type === undefined || one.type === params.type) &&
          (!params.lookup_keys || params.lookup_keys.includes(one.lookup_key ?? '')),
        params,
      ),
  );
  routes.get('/v1/prices/:id', {}, ({ path }) => world.get('prices', path['id'] ?? ''));
  routes.post(
    '/v1/prices/:id',
    {
      active: flag,
      currency_options: currencyOptions,
      lookup_key: text,
      metadata,
      nickname: clearable(text),
      tax_behavior: priceFields.tax_behavior,
      transfer_lookup_key: flag,
    },
    ({ path, params: { metadata: meta, currency_options: options, transfer_lookup_key: transfer, ...params } }) => {
      const found = world.get('prices', path['id'] ?? '');
      if (params.lookup_key !== undefined) claimLookupKey(world, params.lookup_key, found.id, transfer);
      if (options) setOptions(world, found, options);
      const price = world.change(found, 'price.updated', (one) => {
        Object.assign(one, params);
        one.metadata = mergeMetadata(one.metadata, meta);
      });
      for (const subscription of world.all('subscriptions')) {
        for (const item of itemsOf(world, subscription))
          if (item.price.id === price.id) Object.assign(item, { price: structuredClone(price), plan: planOf(price) });
        showItems(world, subscription);
      }
      return price;
    },
  );
}
