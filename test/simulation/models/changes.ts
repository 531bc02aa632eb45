import type { BillingObject } from '../../../server/domain/account/facts.ts';
import { money } from '../../../server/domain/money/money.ts';
import { addDays, type CalendarDate } from '../../../server/domain/time/calendarDate.ts';
import type { Random } from '../../support/random.ts';
import type { BillingModel } from './billing.ts';
import * as objects from './objects.ts';

/** Salesforce Accounts of a simulation. */
export const ACCOUNT_IDS = Array.from({ length: 4 }, (_, index) => `00100000000000${index}AAA`);
const MOST_BILLING_ACCOUNTS = 5;

/** Makes one thing happen in a billing system, at random. @param id something new @param day today, in business time */
export function change(billing: BillingModel, random: Random, id: string, day: CalendarDate): void {
  const { connection } = billing;
  const accounts = billing.of('account');
  const anAccountId = () => (random.chance(10) ? null : random.pick(ACCOUNT_IDS));
  if (accounts.length === 0) return billing.put(objects.billingAccount(connection, id, anAccountId()));
  const account = random.pick(accounts);
  const own = account.key.split(':')[2]!;
  const some = <T extends BillingObject>(all: readonly T[], then: (one: T) => void): void => {
    if (all.length > 0) then(random.pick(all));
  };
  const subscriptions = billing.of('subscription').filter(({ status }) => status === 'Active');
  const openInvoices = billing.of('invoice').filter(({ status }) => status === 'Open');

  const changes: readonly (readonly [weight: number, act: () => void])[] = [
    [
      6,
      () => {
        if (accounts.length < MOST_BILLING_ACCOUNTS) billing.put(objects.billingAccount(connection, id, anAccountId()));
      },
    ],
    [6, () => billing.put({ ...account, name: `Renamed ${id}` })],
    [7, () => billing.put({ ...account, accountId: anAccountId() })],
    [
      14,
      () =>
        billing.put(
          objects.subscription(connection, own, id, day, {
            price: String(10 + random.below(90)),
            metered: random.chance(30),
            rampsOn: random.chance(30) ? addDays(day, 1 + random.below(10)) : null,
          }),
        ),
    ],
    [
      14,
      () =>
        some(subscriptions, (one) =>
          billing.put({ ...one, charges: one.charges.map((part) => ({ ...part, price: String(random.below(500)) })) }),
        ),
    ],
    [4, () => some(subscriptions, (one) => billing.put({ ...one, status: 'Canceled', cancelOn: day }))],
    [
      6,
      () => {
        const to = random.pick(accounts).key;
        // Only Zuora moves subscriptions between accounts (owner transfer).
        if (connection === 'zuora')
          some(subscriptions, (one) => {
            billing.put({ ...one, billingAccountKey: to });
            const used = billing.of('usage').find(({ subscriptionKey }) => subscriptionKey === one.key);
            if (used) billing.put({ ...used, billingAccountKey: to });
          });
      },
    ],
    [
      10,
      () =>
        some(
          subscriptions.filter(({ charges }) => charges.some(({ kind }) => kind === 'usage')),
          (one) => billing.put(objects.usage(one, random.below(2000))),
        ),
    ],
    [
      14,
      () =>
        billing.put(
          objects.invoice(connection, own, id, day, {
            minor: 100 + random.below(100_000),
            dueOn: addDays(day, random.below(8) - 2),
            subscription: subscriptions.find((one) => one.billingAccountKey === account.key)?.key ?? null,
            refused: random.chance(5),
          }),
        ),
    ],
    [
      10,
      () =>
        some(openInvoices, (one) => {
          const payer = one.billingAccountKey.split(':')[2]!;
          billing.put(objects.payment(connection, payer, id, one, new Date()));
          billing.put({ ...one, number: one.key.split(':')[2]!, status: 'Paid', balance: money(0, 'USD') });
        }),
    ],
    [
      6,
      () =>
        some(openInvoices, (one) => {
          const minor = 1 + random.below(one.balance.minor);
          billing.put(objects.creditMemo(connection, one.billingAccountKey.split(':')[2]!, id, one, minor));
          const left = one.balance.minor - minor;
          billing.put({ ...one, status: left === 0 ? 'Paid' : 'Open', balance: money(left, 'USD') });
        }),
    ],
    [4, () => some(billing.of('memo'), (one) => billing.put({ ...one, status: 'Void', applied: money(0, 'USD') }))],
    [3, () => some(billing.of('memo'), (one) => billing.remove(one.key))],
    [5, () => some(openInvoices, (one) => billing.remove(one.key))],
    // One that goes with what it was just given, before anybody read it there, leaves that with its giver: see README.
    [2, () => !billing.wasGivenSomething(account.key) && billing.removeAccount(account.key)],
  ];
  let left = random.below(changes.reduce((sum, [weight]) => sum + weight, 0));
  for (const [weight, act] of changes) {
    if (left < weight) return act();
    left -= weight;
  }
}
