import type Stripe from 'stripe';
import type { z } from 'zod';
import type { StripeCatalog } from './context.ts';
import { isPartOf } from './convertPrice.ts';
import { phasesAhead } from './convertSchedule.ts';
import { toStripeFault } from './errors.ts';
import {
  couponSchema,
  meterSchema,
  priceSchema,
  productSchema,
  promotionCodeSchema,
  type StripeCoupon,
  type StripePlannedSchedule,
  type StripePrice,
  type StripeSubscription,
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
  readonly #prices = new Map<string, Entry<StripePrice>>();
  readonly #coupons = new Map<string, Entry<StripeCoupon>>();
  readonly #codes = new Map<string, Entry<string | null>>();

  constructor(stripe: Stripe, now: () => Date) {
    this.#stripe = stripe;
    this.#now = now;
  }

  productName(id: string): string | undefined {
    return this.#products.get(id)?.value.name;
  }

  price(id: string): StripePrice | undefined {
    return this.#prices.get(id)?.value;
  }

  coupon(id: string): StripeCoupon | undefined {
    return this.#coupons.get(id)?.value;
  }

  couponOfCode(promotionCode: string): string | undefined {
    return this.#codes.get(promotionCode)?.value ?? undefined;
  }

  unitOf(productId: string): string | null {
    return this.#products.get(productId)?.value.unit_label ?? null;
  }

  /** The same without what may have been edited since it was read. */
  get fresh(): Pick<StripeCatalog, 'productName' | 'price'> {
    return {
      productName: (id) => (this.#isFresh(this.#products.get(id)) ? this.productName(id) : undefined),
      price: (id) => (this.#isFresh(this.#prices.get(id)) ? this.price(id) : undefined),
    };
  }

  /** Reads what subscriptions, the phases ahead of them and schedules that have not begun refer to and is not known, or not lately. */
  async load(
    subscriptions: readonly StripeSubscription[],
    schedules: readonly StripePlannedSchedule[] = [],
  ): Promise<void> {
    const items = subscriptions.flatMap(({ items: { data } }) => data);
    const held = [...subscriptions.flatMap((one) => one.discounts), ...items.flatMap((item) => item.discounts)];
    const begins = schedules.flatMap(({ phases }) => phases);
    const planned = [...subscriptions.flatMap(phasesAhead), ...begins];
    const later = planned.flatMap((phase) => [...phase.discounts, ...phase.items.flatMap((item) => item.discounts)]);
    const ofSubscriptions = subscriptions.flatMap((one) => {
      const isPart = isPartOf(one.currency);
      const shown = one.items.data.map(({ price }) => price);
      const whole = new Set(shown.filter((price) => !isPart(price)).map(({ id }) => id));
      const ahead = phasesAhead(one).flatMap((phase) => phase.items.map(({ price }) => price));
      return [...shown.map(({ id }) => id), ...ahead].filter((id) => !whole.has(id));
    });
    const prices = [...ofSubscriptions, ...begins.flatMap(({ items: own }) => own.map(({ price }) => price))];
    await Promise.all([
      ...this.#missing(prices, this.#prices).map((id) => this.#loadPrice(id)),
      ...this.#missing(
        later.map((one) => one.promotion_code).filter((id) => id !== null),
        this.#codes,
      ).map((id) => this.#loadCode(id)),
    ]);
    const products = [...items.map(({ price }) => price), ...prices.map((id) => this.price(id))];
    await Promise.all([
      ...this.#missing(
        products.flatMap((price) => price?.product ?? []),
        this.#products,
      ).map((id) => this.#loadProduct(id)),
      this.loadCoupons([
        ...held.filter((discount) => typeof discount !== 'string').map(({ source }) => source.coupon),
        ...later.map(
          ({ coupon, promotion_code: code }) => coupon ?? (code === null ? null : (this.couponOfCode(code) ?? null)),
        ),
      ]),
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

  async #loadPrice(id: string): Promise<void> {
    await this.#keep(this.#prices, id, 'reading a price', async () =>
      priceSchema.parse(await this.#stripe.prices.retrieve(id, { expand: ['tiers', 'currency_options'] })),
    );
  }

  async #loadCode(id: string): Promise<void> {
    await this.#keep(this.#codes, id, 'reading a promotion code', async () => {
      const { promotion } = promotionCodeSchema.parse(await this.#stripe.promotionCodes.retrieve(id));
      return promotion.coupon;
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
