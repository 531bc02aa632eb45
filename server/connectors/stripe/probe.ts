import Stripe from 'stripe';
import { Fault } from '../../domain/fault.ts';
import type { ConnectionProbe } from '../../workflows/ports/connectionProbe.ts';
import { toStripeFault } from './errors.ts';

export type StripeProbeOptions = {
  connection: string;
  /** Its prefix says whether it leads to live or to test data. */
  apiKey: string;
  /** Kinds of objects that are read besides customers and events. */
  objects: readonly string[];
};

/** Keys name their mode (Stripe docs, "API keys"): `sk_live_…`, `rk_test_…`. */
export function isLiveKey(apiKey: string): boolean {
  return /^[a-z]+_live_/.test(apiKey);
}

/** The account of an id that the probe told. */
export function accountOf(providerId: string | null): string | null {
  return providerId?.split(' ')[0] ?? null;
}

type Read = { what: string; call: () => Promise<unknown> };

/** What Stripe names in a refusal for want of a permission. */
const PERMISSION = /'(rak_\w+)' permission/;
/** The same refusal names the account, too. */
const ACCOUNT = /on account '(acct_\w+)'/;

function readsOf(stripe: Stripe, objects: readonly string[]): Read[] {
  const one = { limit: 1 };
  const of = (kind: string, reads: Read[]) => (objects.includes(kind) ? reads : []);
  return [
    { what: 'customers', call: () => stripe.customers.list(one) },
    { what: 'events', call: () => stripe.events.list(one) },
    ...of('subscriptions', [
      { what: 'subscriptions', call: () => stripe.subscriptions.list(one) },
      { what: 'prices', call: () => stripe.prices.list(one) },
      { what: 'products', call: () => stripe.products.list(one) },
      { what: 'coupons', call: () => stripe.coupons.list(one) },
      { what: 'promotion codes', call: () => stripe.promotionCodes.list(one) },
      { what: 'subscription schedules', call: () => stripe.subscriptionSchedules.list(one) },
    ]),
    ...of('invoices', [
      { what: 'invoices', call: () => stripe.invoices.list(one) },
      { what: 'credit notes', call: () => stripe.creditNotes.list(one) },
    ]),
    ...of('payments', [
      { what: 'charges', call: () => stripe.charges.list(one) },
      { what: 'refunds', call: () => stripe.refunds.list(one) },
      { what: 'disputes', call: () => stripe.disputes.list(one) },
    ]),
    ...of('usage', [{ what: 'billing meters', call: () => stripe.billing.meters.list(one) }]),
  ];
}

/** Asks Stripe which account the key belongs to, and whether it may read what is needed. */
export function createStripeProbe(stripe: Stripe, options: StripeProbeOptions): ConnectionProbe {
  const { connection, apiKey } = options;
  const mode = isLiveKey(apiKey) ? 'live' : 'test';

  function refused(publicText: string, cause: unknown): Fault {
    return new Fault({ code: 'stripe_key_refused', kind: 'forbidden', publicText, cause });
  }

  /** @returns null when the key is good and Stripe does not tell */
  async function accountOfKey(): Promise<string | null> {
    try {
      return (await stripe.accounts.retrieveCurrent()).id;
    } catch (error) {
      if (error instanceof Stripe.errors.StripePermissionError) return ACCOUNT.exec(error.message)?.[1] ?? null;
      if (error instanceof Stripe.errors.StripeAuthenticationError)
        throw refused(
          `Stripe refuses the API key of the connection ${connection} (it is revoked, expired or mistyped). Put a valid key into its settings and start the server again.`,
          error,
        );
      throw toStripeFault(error, 'asking which account a key belongs to');
    }
  }

  return {
    async probe() {
      const account = await accountOfKey();
      const reads = readsOf(stripe, options.objects);
      const answers = await Promise.allSettled(reads.map(({ call }) => call()));
      const errors = answers.map((answer) => (answer.status === 'rejected' ? (answer.reason as unknown) : null));
      const lacking = reads.flatMap(({ what }, index) => {
        const error = errors[index];
        if (!(error instanceof Stripe.errors.StripePermissionError)) return [];
        const permission = PERMISSION.exec(error.message)?.[1];
        return [permission === undefined ? what : `${what} (${permission})`];
      });
      if (lacking.length > 0)
        throw refused(
          `The API key of the connection ${connection} may not read ${lacking.join(', ')} in Stripe. Give the key that permission in Stripe's dashboard, or leave these objects out by a filter; work goes on by itself within a minute.`,
          errors.find((error) => error instanceof Stripe.errors.StripePermissionError),
        );
      const other = errors.find((error) => error !== null);
      if (other !== undefined) throw toStripeFault(other, 'looking whether the API key may read everything');
      return { providerId: account === null ? null : `${account} ${mode}` };
    },
  };
}
