import { invalid } from '../protocol/errors.ts';
import { page, paging, within } from '../protocol/lists.ts';
import { array, decimal, flag, mergeMetadata, metadata, range, required, text, type Read } from '../protocol/params.ts';
import type { Routes } from '../protocol/protocol.ts';
import type { InvoiceLine, TaxRate } from '../protocol/wire.ts';
import type { World } from '../world.ts';
import { rounded } from './pricing.ts';

export const taxRateIds = array(text);

const fields = {
  active: flag,
  country: text,
  description: text,
  display_name: text,
  jurisdiction: text,
  metadata,
  state: text,
  tax_type: text,
};

export function taxRatesNamed(world: World, ids: readonly string[], param: string): TaxRate[] {
  return ids.map((id) => {
    const rate = world.get('taxRates', id, param);
    if (!rate.active) throw invalid(`The tax rate ${id} is inactive and cannot be used.`, param);
    return structuredClone(rate);
  });
}

function assign(rate: TaxRate, { metadata: meta, ...plain }: Read<typeof fields>): void {
  Object.assign(rate, plain);
  rate.metadata = mergeMetadata(rate.metadata ?? {}, meta);
}

export function addTaxRateRoutes(routes: Routes, world: World): void {
  routes.post('/v1/tax_rates', { ...fields, inclusive: flag, percentage: decimal }, ({ params }) => {
    const { inclusive, percentage, ...plain } = params;
    const percent = Number(required(percentage, 'percentage'));
    if (percent < 0 || percent > 100) throw invalid('percentage must be between 0 and 100.', 'percentage');
    const rate: TaxRate = {
      id: world.id('txr'),
      object: 'tax_rate',
      active: true,
      country: null,
      created: world.now(),
      description: null,
      display_name: required(params.display_name, 'display_name'),
      effective_percentage: percent,
      flat_amount: null,
      inclusive: required(inclusive, 'inclusive'),
      jurisdiction: null,
      jurisdiction_level: null,
      livemode: false,
      metadata: {},
      percentage: percent,
      rate_type: 'percentage',
      state: null,
      tax_type: null,
    };
    assign(rate, plain);
    return world.insert('taxRates', rate, 'tax_rate.created');
  });
  routes.get('/v1/tax_rates', { ...paging, active: flag, created: range, inclusive: flag }, ({ params }) =>
    page(
      '/v1/tax_rates',
      world.all('taxRates'),
      (one) =>
        within(one.created, params.created) &&
        (params.active === undefined || one.active === params.active) &&
        (params.inclusive === undefined || one.inclusive === params.inclusive),
      params,
    ),
  );
  routes.get('/v1/tax_rates/:id', {}, ({ path }) => world.get('taxRates', path['id'] ?? ''));
  routes.post('/v1/tax_rates/:id', fields, ({ path, params }) =>
    world.change(world.get('taxRates', path['id'] ?? ''), 'tax_rate.updated', (one) => assign(one, params)),
  );
}

type Tax = NonNullable<InvoiceLine['taxes']>[number];

/** Ten thousandths of a per cent. */
const scaled = (rate: TaxRate): bigint => BigInt(Math.round(rate.percentage * 10_000));
const whole = 1_000_000n;

/**
 * Taxes on an amount: exclusive ones come on top, inclusive ones are a part of it (Stripe docs, "Tax rates").
 * @param exempt why nothing is taken, for customers that are exempt
 */
export function taxesOn(amount: number, rates: readonly TaxRate[], exempt: 'exempt' | 'reverse' | null): Tax[] {
  const inclusive = rates.filter((one) => one.inclusive).reduce((sum, one) => sum + scaled(one), 0n);
  const net = rounded(BigInt(amount) * whole, whole + inclusive);
  return rates.map((rate) => ({
    amount: exempt ? 0 : rounded(BigInt(rate.inclusive ? net : amount) * scaled(rate), whole),
    tax_behavior: rate.inclusive ? 'inclusive' : 'exclusive',
    tax_rate_details: { tax_rate: rate.id },
    taxability_reason:
      exempt === 'exempt' ? 'customer_exempt' : exempt === 'reverse' ? 'reverse_charge' : 'not_available',
    taxable_amount: exempt ? 0 : rate.inclusive ? net : amount,
    type: 'tax_rate_details',
  }));
}

export const sumOf = (taxes: readonly Tax[], behavior?: string): number =>
  taxes
    .filter((one) => behavior === undefined || one.tax_behavior === behavior)
    .reduce((sum, one) => sum + one.amount, 0);

/** The taxes of several lines, one entry a rate. */
export function byRate(taxes: readonly Tax[]): Tax[] {
  const sums = new Map<string, Tax>();
  for (const tax of taxes) {
    const id = tax.tax_rate_details?.tax_rate ?? '';
    const sum = sums.get(id);
    if (!sum) sums.set(id, { ...tax });
    else {
      sum.amount += tax.amount;
      sum.taxable_amount = (sum.taxable_amount ?? 0) + (tax.taxable_amount ?? 0);
    }
  }
  return [...sums.values()];
}
