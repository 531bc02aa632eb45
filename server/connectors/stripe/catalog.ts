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

/**
 * Names and some terms can be edited, so everything is read again after so long (real time, ms). Whoever works an edit
 * waits longer than this (workflows/mirror/refreshCatalog.ts).
 */
const FRESH_MS = 60_000;

type Entry<T> = { value: T; at: number };

/** What subscriptions refer to, kept for a minute. */
export class CatalogCache implements StripeCatalog {
  readonly #stripe: Stripe;
  readonly #now: () => Date;
  readonly #products = new Map<string, Entry<Product>>();
  readonly #meters = new Map<string, Entry<Meter>>();
  readonly #tiers = new Map<string, Entry<readonly StripeTier[]>>();
  readonly #coupons = new Map<string, Entry<StripeCoupon>>();

  constructor(stripe: Stripe, now: () => Date) {
    this.#stripe = stripe;
    this.#now = now;
  }

  productName(id: string): string | undefined {
    return this.#products.get(id)?.value.name;
  }

  tiers(priceId: string): readonly StripeTier[] | undefined {
    return this.#tiers.get(priceId)?.value;
  }

  coupon(id: string): StripeCoupon | undefined {
    return this.#coupons.get(id)?.value;
  }

  unitOf(productId: string): string | null {
    return this.#products.get(productId)?.value.unit_label ?? null;
  }

  /** The same without what may have been edited since it was read. */
  get fresh(): Pick<StripeCatalog, 'productName' | 'tiers'> {
    return {
      productName: (id) => (this.#isFresh(this.#products.get(id)) ? this.productName(id) : undefined),
      tiers: (priceId) => (this.#isFresh(this.#tiers.get(priceId)) ? this.tiers(priceId) : undefined),
    };
  }

  /** Reads what subscriptions refer to and is not known, or not lately. */
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
    if (known !== undefined && this.#isFresh(known)) return known.value;
    return this.#keep(this.#meters, id, 'reading a meter', async () =>
      meterSchema.parse(await this.#stripe.billing.meters.retrieve(id)),
    );
  }

  #isFresh(entry: Entry<unknown> | undefined): boolean {
    return entry !== undefined && this.#now().getTime() - entry.at < FRESH_MS;
  }

  #missing(ids: readonly string[], known: ReadonlyMap<string, Entry<unknown>>): string[] {
    return [...new Set(ids)].filter((id) => !this.#isFresh(known.get(id)));
  }

  async #loadProduct(id: string): Promise<void> {
    await this.#keep(this.#products, id, 'reading a product', async () =>
      productSchema.parse(await this.#stripe.products.retrieve(id)),
    );
  }

  async #loadTiers(id: string): Promise<void> {
    await this.#keep(this.#tiers, id, 'reading the tiers of a price', async () => {
      const price = priceSchema.parse(await this.#stripe.prices.retrieve(id, { expand: ['tiers'] }));
      return price.tiers ?? [];
    });
  }

  async #loadCoupon(id: string): Promise<void> {
    await this.#keep(this.#coupons, id, 'reading a coupon', async () =>
      couponSchema.parse(await this.#stripe.coupons.retrieve(id, { expand: ['applies_to', 'currency_options'] })),
    );
  }

  /** Its age counts from before the call: what is edited while it is read is not fresh for longer than that. */
  async #keep<T>(entries: Map<string, Entry<T>>, id: string, doing: string, call: () => Promise<T>): Promise<T> {
    const at = this.#now().getTime();
    try {
      const value = await call();
      entries.set(id, { value, at });
      return value;
    } catch (error) {
      throw toStripeFault(error, doing);
    }
  }
}
