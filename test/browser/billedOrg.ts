import { assign } from '../../scripts/demo/actions.ts';
import { hideFields } from '../support/hiddenFields.ts';
import { SimClock } from '../simulators/kit/clock.ts';
import { startSalesforceSim, type RunningSalesforce } from '../simulators/salesforce/main.ts';
import type { SalesforceSimOptions } from '../simulators/salesforce/options.ts';
import { USERS } from '../simulators/salesforce/org/seed.ts';
import { NOW } from '../simulators/salesforce/testing.ts';

export const LONG = 'Vereinigte Maschinenfabriken Augsburg-Nürnberg Beteiligungsgesellschaft mbH';

type Values = Record<string, string | number | boolean | null>;

/** An org whose billing rows were put there, so that all of them are as a test wants them. */
export type BilledOrg = {
  sim: RunningSalesforce;
  /** Inserts as an admin. @returns ids */
  insert(object: string, rows: Values[]): string[];
  /** An Account of the rep with everything that there can be: 500 invoices, 40 subscriptions, long names. */
  full: string;
  /** An Account of the rep with the same figures, two invoices and four subscriptions. */
  small: string;
  /** An Account of the rep that has no billing. */
  bare: string;
  /** Fields, as `Billing_Invoice__c.Status__c`, that nobody may read for now. */
  hidden: Set<string>;
};

/**
 * Starts the org at {@link NOW}; its one connection, `zuora`, is delayed.
 * @param options another package than ours, and how long its callouts wait
 */
export async function startBilledOrg(
  options: Pick<SalesforceSimOptions, 'forceApp' | 'calloutTimeoutMs'> = {},
): Promise<BilledOrg> {
  const sim = await startSalesforceSim({
    clock: new SimClock(Date.parse(NOW) - Date.now()),
    buildPages: 'at start',
    ...options,
  });
  const hidden = hideFields(sim.org);
  const insert = (object: string, rows: Values[]): string[] => inserted(sim, object, rows);
  const owner = { OwnerId: sim.org.userNamed(USERS.rep)!.Id };
  const [full, small, bare] = insert('Account', [
    { Name: LONG, ...owner, Billing_Currency__c: 'EUR' },
    { Name: 'Acme', ...owner, Billing_Currency__c: 'EUR' },
    { Name: 'Nothing yet', ...owner },
  ]) as [string, string, string];
  const connection = { Source__c: 'Zuora', State__c: 'Delayed', Checked_Through__c: '2026-11-21T08:00:00.000Z' };
  insert('Billing_Connection__c', [{ Key__c: 'zuora', ...connection }]);
  seedAccount(insert, full, { subscriptions: 40, invoices: 500 });
  seedAccount(insert, small, { subscriptions: 4, invoices: 2 });
  await assign({ org: sim }, USERS.rep, ['Billing_Agent']);
  return { sim, insert, hidden, full, small, bare };
}

function inserted(sim: RunningSalesforce, object: string, rows: Values[]): string[] {
  const results = sim.org.insert(object, rows, { userId: sim.org.userNamed(USERS.admin)!.Id });
  return results.map((result) => {
    if (!result.success || result.id === null) throw new Error(`${object}: ${JSON.stringify(result)}`);
    return result.id;
  });
}

function seedAccount(
  insert: BilledOrg['insert'],
  account: string,
  size: { subscriptions: number; invoices: number },
): void {
  let made = 0;
  const of = (values: Values): Values => ({
    Account__c: account,
    Key__c: `${account}:${++made}`,
    Source__c: 'Zuora',
    Currency_Code__c: 'EUR',
    ...values,
  });
  const [north, south] = insert('Billing_Account__c', [
    of({ Name: 'North', Number__c: 'A-1', Status__c: 'Active' }),
    of({ Name: LONG, Number__c: 'A-2', Status__c: 'Active' }),
  ]) as [string, string];
  insert('Billing_Health__c', [
    of({
      Status__c: 'In Dunning',
      Summary__c: 'In dunning: payment of EUR 4,200.00 failed twice.',
      Recommended_Action__c: 'Ask for another card.',
      Score__c: 62,
      Tier__c: 'Watch',
      Reasons__c: '-38: Payment of EUR 4,200.00 failed twice.',
      Churn_Risk__c: 'Medium',
      Churn_Risk_Score__c: 20,
      Next_Renewal_Date__c: '2027-02-01',
      Next_Renewal_Number__c: 'A-S00000001',
    }),
  ]);
  const amounts = { Status__c: 'Current', MRR__c: 12_400, ARR__c: 148_800, Outstanding__c: 6_350, Overdue__c: 4_200 };
  insert('Billing_Balance__c', [
    of({
      ...amounts,
      Not_Due__c: 2_150,
      Days_1_30__c: 4_000,
      Days_31_60__c: 100,
      Days_61_90__c: 60,
      Over_90_Days__c: 40,
    }),
    of({ ...amounts, Currency_Code__c: 'JPY', MRR__c: 54_000, ARR__c: 648_000, Outstanding__c: 0, Overdue__c: 0 }),
  ]);
  insert(
    'Billing_MRR_Month__c',
    ['2026-08-01', '2026-09-01', '2026-10-01', '2026-11-01'].map((Month__c, n) =>
      of({
        Status__c: 'Past',
        Month__c,
        Opening__c: 11_000 + n * 300,
        Expansion__c: 300,
        Closing__c: 11_300 + n * 300,
      }),
    ),
  );
  insert('Dunning_Case__c', [
    of({
      Status__c: 'Open',
      Stage__c: 'Retrying',
      Invoice_Number__c: 'INV-0500',
      Balance__c: 4_200,
      Attempts__c: 2,
      First_Failure__c: '2026-11-12T09:00:00.000Z',
      Last_Failure__c: '2026-11-17T09:00:00.000Z',
      Next_Step_At__c: '2026-11-24T09:00:00.000Z',
      Next_Step__c: 'Payment is tried again by itself.',
      Decline_Reason__c: 'There is not enough money on the account.',
      Source_Url__c: 'https://billing.example.com/i/500',
    }),
  ]);
  const subscriptions = insert(
    'Billing_Subscription__c',
    Array.from({ length: size.subscriptions }, (_, n) =>
      of({
        Name: `A-S${n + 1}`,
        Number__c: `A-S${String(n + 1).padStart(8, '0')}`,
        Status__c: n === 1 ? 'Past Due' : n === 2 ? 'Trialing' : 'Active',
        Trial_End_Date__c: n === 2 ? '2026-11-29' : null,
        Pending_Change__c: n === 3 ? 'Downgrade on 1 Dec 2026' : null,
        Plan__c: n === 0 ? `${LONG} ${LONG}` : 'Platform Enterprise',
        MRR__c: 310,
        ARR__c: 3_720,
        MRR_Reason__c: '31 × EUR 10.00 a month = EUR 310.00 a month.',
        Billing_Account__c: n % 2 ? south : north,
      }),
    ),
  );
  insert('Billing_Charge__c', [
    of({ Name: 'Seats', Billing_Subscription__c: subscriptions[1]!, Status__c: 'Current', MRR__c: 310, Price__c: 10 }),
  ]);
  const invoices = insert(
    'Billing_Invoice__c',
    // The last is INV-0500 of November 2026, however many there are.
    Array.from({ length: size.invoices }, (_, index) => index + 500 - size.invoices).map((n) =>
      of({
        Name: `INV-${String(n + 1).padStart(4, '0')}`,
        Number__c: `INV-${String(n + 1).padStart(4, '0')}`,
        Status__c: n === 499 ? 'Open' : 'Paid',
        Invoice_Date__c: new Date(Date.UTC(2025, 0, 1 + n)).toISOString().slice(0, 10),
        Due_Date__c: n === 499 ? '2026-11-09' : new Date(Date.UTC(2025, 0, 15 + n)).toISOString().slice(0, 10),
        Amount__c: 4_200,
        Balance__c: n === 499 ? 4_200 : 0,
        Source__c: n % 2 ? 'Stripe' : 'Zuora',
        Source_Url__c: 'https://billing.example.com/i',
        Billing_Account__c: n % 5 ? south : north,
      }),
    ),
  );
  insert('Billing_Invoice_Item__c', [
    of({
      Name: 'Seats',
      Description__c: 'Seats',
      Billing_Invoice__c: invoices.at(-1)!,
      Status__c: 'Current',
      Amount__c: 4_200,
    }),
  ]);
  insert('Billing_Credit_Memo__c', [
    of({
      Name: 'CM-1',
      Number__c: 'CM-1',
      Kind__c: 'Credit',
      Billing_Invoice__c: invoices.at(-1)!,
      Status__c: 'Posted',
      Amount__c: 1,
    }),
  ]);
  insert('Billing_Payment__c', [
    of({
      Number__c: 'P-1',
      Status__c: 'Failed',
      Amount__c: 4_200,
      Paid_At__c: '2026-11-17T09:00:00.000Z',
      Decline_Reason__c: 'There is not enough money on the account.',
      Decline_Code__c: 'insufficient_funds',
      Source_Url__c: 'https://billing.example.com/p/1',
    }),
    of({
      Number__c: 'P-2',
      Status__c: 'Succeeded',
      Amount__c: 900,
      Paid_At__c: '2026-10-03T09:00:00.000Z',
      Refunded__c: 100,
    }),
  ]);
  const period = {
    Status__c: 'Current',
    Period_Start__c: '2026-11-01',
    Period_End__c: '2026-12-01',
    Limit__c: 1_000_000,
  };
  insert('Usage__c', [
    of({
      ...period,
      Meter__c: 'API calls',
      Quantity__c: 870_000,
      Trend__c: 'Rising',
      Limit_Reached_On__c: '2026-11-25',
    }),
    of({ ...period, Meter__c: 'Storage', Quantity__c: 1_200_000 }),
  ]);
  insert(
    'Billing_Event__c',
    ['Upgrade', 'Payment Failed', 'Invoice Posted', 'Refund'].map((Kind__c, n) =>
      of({
        Status__c: 'Current',
        Kind__c,
        Occurred_At__c: `2026-11-1${n}T09:00:00.000Z`,
        Sentence__c: `${Kind__c}.`,
        Subject__c: 'X',
      }),
    ),
  );
}
