import type Stripe from 'stripe';
import type { z } from 'zod';
import type { StripeCatalog } from './convert.ts';
import { toStripeFault } from './errors.ts';
import {
  couponSchema,
  meterSchema,
  priceSchema,
  productSchema,
  type StripeCoupon,
  type StripeSubscription,
  type StripeTier,
} from './schema.ts';

type Product = z.infer<typeof productSchema>;
type Meter = z.infer<typeof meterSchema>;

/** Names of products and meters can be edited, so they are read again after so long (real time, ms). */
const NAME_AGE_MS = 300_000;

/**
 * What subscriptions refer to. Prices, their tiers and the terms of coupons never change in Stripe and are read once;
 * names are read again now and then.
 */
export class CatalogCache implements StripeCatalog {
  readonly #stripe: Stripe;
  readonly #now: () => Date;
  readonly #products = new Map<string, { value: Product; at: number }>();
  readonly #meters = new Map<string, { value: Meter; at: number }>();
  readonly #tiers = new Map<string, readonly StripeTier[]>();
  readonly #coupons = new Map<string, StripeCoupon>();

  constructor(stripe: Stripe, now: () => Date) {
    this.#stripe = stripe;
    this.#now = now;
  }

  productName(id: string): string | undefined {
    return this.#products.get(id)?.value.name;
  }

  tiers(priceId: string): readonly StripeTier[] | undefined {
    return this.#tiers.get(priceId);
  }

  coupon(id: string): StripeCoupon | undefined {
    return this.#coupons.get(id);
  }

  unitOf(productId: string): string | null {
    return this.#products.get(productId)?.value.unit_label ?? null;
  }

  /** Reads what subscriptions refer to and is not known yet. */
  async load(subscriptions: readonly StripeSubscription[]): Promise<void> {
    const items = subscriptions.flatMap(({ items: { data } }) => data);
    const discounts = [...subscriptions.flatMap((one) => one.discounts), ...items.flatMap((item) => item.discounts)];
    await Promise.all([
      ...this.#missing(
        items.map(({ price }) => price.product),
        this.#products,
      ).map((id) => this.#loadProduct(id)),
      ...this.#missing(
        items.filter(({ price }) => price.billing_scheme === 'tiered').map(({ price }) => price.id),
        this.#tiers,
      ).map((id) => this.#loadTiers(id)),
      this.loadCoupons(discounts.filter((discount) => typeof discount !== 'string').map(({ source }) => source.coupon)),
    ]);
  }

  async loadCoupons(ids: readonly (string | null)[]): Promise<void> {
    const wanted = ids.filter((id) => id !== null);
    await Promise.all(this.#missing(wanted, this.#coupons).map((id) => this.#loadCoupon(id)));
  }

  async meter(id: string): Promise<Meter> {
    const known = this.#meters.get(id);
    if (known !== undefined && this.#isFresh(known.at)) return known.value;
    const value = await this.#read('reading a meter', async () =>
      meterSchema.parse(await this.#stripe.billing.meters.retrieve(id)),
    );
    this.#meters.set(id, { value, at: this.#now().getTime() });
    return value;
  }

  #isFresh(at: number): boolean {
    return this.#now().getTime() - at < NAME_AGE_MS;
  }

  #missing(ids: readonly string[], known: ReadonlyMap<string, unknown>): string[] {
    return [...new Set(ids)].filter((id) => {
      const entry = known.get(id);
      if (entry === undefined) return true;
      return (
        typeof entry === 'object' &&
        entry !== null &&
        'at' in entry &&
        typeof entry.at === 'number' &&
        !this.#isFresh(entry.at)
      );
    });
  }

  async #loadProduct(id: string): Promise<void> {
    const value = await this.#read('reading a product', async () =>
      productSchema.parse(await this.#stripe.products.retrieve(id)),
    );
    this.#products.set(id, { value, at: this.#now().getTime() });
  }

  async #loadTiers(id: string): Promise<void> {
    const price = await this.#read('reading the tiers of a price', async () =>
      priceSchema.parse(await this.#stripe.prices.retrieve(id, { expand: ['tiers'] })),
    );
    this.#tiers.set(id, price.tiers ?? []);
  }

  async #loadCoupon(id: string): Promise<void> {
    const coupon = await this.#read('reading a coupon', async () =>
      couponSchema.parse(await this.#stripe.coupons.retrieve(id, { expand: ['applies_to', 'currency_options'] })),
    );
    this.#coupons.set(id, coupon);
  }

  async #read<T>(doing: string, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw toStripeFault(error, doing);
    }
  }
}
