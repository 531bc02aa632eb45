import { objectOrder, toOrgRows } from '../../server/connectors/salesforce/convert.ts';
import type { BillingObject } from '../../server/domain/account/facts.ts';
import { factsOf } from '../../server/domain/account/facts.ts';
import { deriveAccount } from '../../server/domain/account/deriveAccount.ts';
import { money } from '../../server/domain/money/money.ts';
import { addDays, addMonths, calendarDate, type CalendarDate } from '../../server/domain/time/calendarDate.ts';
import { instant } from '../../server/domain/time/instant.ts';
import type { OrgRow } from '../../server/workflows/ports/orgRows.ts';
import type { RunningSalesforce } from '../simulators/salesforce/main.ts';
import { USERS } from '../simulators/salesforce/org/seed.ts';
import { billingAccount, charge, invoice, invoiceItem, payment, subscription, usage } from './billingObjects.ts';

const BATCH = 200;

type Size = { subscriptions: number; invoices: number; name: string };

function factsOfLarge({ subscriptions, invoices, name }: Size, today: CalendarDate): BillingObject[] {
  const billingAccountKey = `zuora:account:large-${subscriptions}-${invoices}`;
  const key = (kind: string, index: number) => `zuora:${kind}:large-${subscriptions}-${invoices}-${index}`;
  const keyOfSubscription = (index: number) => key('subscription', index % subscriptions);
  return [
    billingAccount({ key: billingAccountKey, number: 'A-LARGE', name, autoPay: true }),
    ...Array.from({ length: subscriptions }, (_, index) =>
      subscription({
        billingAccountKey,
        number: `A-S${String(index).padStart(8, '0')}`,
        key: keyOfSubscription(index),
        startsOn: addMonths(today, -(index % 24) - 1),
        termStartsOn: addMonths(today, -(index % 12)),
        termEndsOn: addMonths(today, 12 - (index % 12)),
        charges: ['Seats', 'Support', 'Storage'].map((name, at) =>
          charge({ number: `C-${index}-${at}`, name: `Platform: ${name}`, price: String(100 * (at + 1) + index) }),
        ),
      }),
    ),
    ...Array.from({ length: invoices }, (_, index) => {
      const invoicedOn = addDays(today, -3 * index);
      const isOpen = index % 25 === 0;
      const amount = money(50_000 + index, 'USD');
      return invoice({
        billingAccountKey,
        number: `INV-${String(index).padStart(8, '0')}`,
        key: key('invoice', index),
        status: isOpen ? 'Open' : 'Paid',
        amount,
        balance: isOpen ? amount : money(0, 'USD'),
        invoicedOn,
        dueOn: addDays(invoicedOn, 30),
        subscriptionKey: keyOfSubscription(index),
        items: [invoiceItem({ key: key('invoiceitem', index), amount, tax: money(0, 'USD') })],
      });
    }),
    ...Array.from({ length: invoices / 5 }, (_, index) =>
      payment({
        billingAccountKey,
        number: `P-${index}`,
        at: instant(`${addDays(today, -3 * index)}T09:00:00Z`),
        method: 'Visa •••• 4242',
      }),
    ),
    usage({
      billingAccountKey,
      key: key('usage', 0),
      quantity: '87',
      periodStartsOn: addDays(today, -20),
      periodEndsOn: addDays(today, 10),
    }),
  ];
}

/**
 * An Account of the seller's with as many subscriptions (of three charges each) and invoices (each 25th of them open), one
 * payment for every five invoices, and what follows from them, written as the product writes it.
 * @returns its id
 */
export async function makeLargeAccount(
  org: RunningSalesforce,
  size: Omit<Size, 'name'> & Partial<Size>,
  today = calendarDate(new Date().toISOString().slice(0, 10)),
): Promise<string> {
  const owner = org.org.userNamed(USERS.rep)!.Id;
  const { name = 'Large Corporation', ...counts } = size;
  const [made] = org.org.insert('Account', [{ Name: name }], { userId: owner });
  if (made?.id == null) throw new Error(`No Account was made: ${JSON.stringify(made)}`);
  const accountId = made.id;
  const view = deriveAccount(accountId, factsOf(factsOfLarge({ ...counts, name }, today)), today, 'UTC');
  const rows = toOrgRows(view);
  for (const object of objectOrder) {
    const ofObject = rows.filter((row) => row.object === object);
    for (let at = 0; at < ofObject.length; at += BATCH) await write(org, accountId, ofObject.slice(at, at + BATCH));
  }
  return accountId;
}

async function write(org: RunningSalesforce, accountId: string, rows: readonly OrgRow[]): Promise<void> {
  const { object } = rows[0]!;
  const isAccount = object === 'Account';
  const records = rows.map((row) => ({
    attributes: { type: object },
    ...row.fields,
    ...Object.fromEntries(
      Object.entries(row.parents).map(([name, parent]) => [
        name,
        { attributes: { type: parent.object }, Key__c: parent.key },
      ]),
    ),
    ...(isAccount ? { id: accountId } : { Key__c: row.key, Account__c: accountId, Row_Version__c: 1 }),
  }));
  const response = await fetch(
    `${org.url}/services/data/v66.0/composite/sobjects${isAccount ? '' : `/${object}/Key__c`}`,
    {
      method: 'PATCH',
      headers: { authorization: `Bearer ${org.tokenFor(USERS.integration)}`, 'content-type': 'application/json' },
      body: JSON.stringify({ allOrNone: true, records }),
    },
  );
  const answer = (await response.json()) as { success?: boolean; errors?: unknown }[];
  const refused = Array.isArray(answer) ? answer.find(({ success }) => success !== true) : answer;
  if (refused !== undefined) throw new Error(`${object} could not be written: ${JSON.stringify(refused)}`);
}
