import type { Source } from '../../server/domain/billingAccount/billingAccount.ts';
import type { BillTo } from '../../server/domain/billTo/billTo.ts';
import { numberFor } from '../../server/domain/provisioning/plan.ts';
import type { NewBillingAccount } from '../../server/domain/provisioning/account.ts';
import type { BillToDesk } from '../../server/workflows/ports/billTo.ts';
import type { ProvisioningDesk } from '../../server/workflows/ports/provisioning.ts';
import type { Fault, Faults } from '../simulators/kit/faults.ts';
import { startStripeRig } from './stripeRig.ts';
import { startZuoraRig } from './zuoraRig.ts';

/** What Billing 360 does in a billing system with billing accounts and their bill-tos, through its real client. */
export type DeskRig = {
  accounts: ProvisioningDesk;
  billTo: BillToDesk;
  /** @returns ids of the billing accounts that name an Account */
  naming(accountId: string): string[];
  /** Has the call that makes a billing account, or changes a bill-to, fail. */
  fail(call: 'make' | 'change', fault: Omit<Fault, 'method' | 'path'>): void;
  /** Has nothing fail any more. */
  mend(): void;
  /** Closes a billing account for good. */
  end(id: string): Promise<void>;
  close(): Promise<void>;
};

/** How the two systems differ in what every one of them has. */
export type DeskSystem = {
  system: Source;
  start: () => Promise<DeskRig>;
  /** A further field that it takes. */
  field: string;
  /** What it refuses besides what is too long. */
  refused: readonly (readonly [what: string, Partial<BillTo>])[];
  /** Longest texts that it takes, in characters. */
  longest: { company: number; email: number; phone: number };
};

const DEFAULTS = { billCycleDay: null, paymentTerm: null, batch: null, preferredLocales: null };

const failing = (
  faults: Faults,
  calls: Readonly<Record<'make' | 'change', Pick<Fault, 'method' | 'path'>>>,
): Pick<DeskRig, 'fail' | 'mend'> => ({
  fail: (call, fault) => faults.set([{ ...calls[call], ...fault }]),
  mend: () => faults.set([]),
});

async function startZuora(): Promise<DeskRig> {
  const rig = await startZuoraRig({ customFields: { account: ['CRMAccountId__c', 'Region__c', 'Tier__c'] } });
  const { tenant, ctx } = rig.sim;
  return {
    accounts: rig.connection.accounts(DEFAULTS),
    billTo: rig.connection.billTo,
    naming: (accountId) =>
      tenant.data.accounts
        .filter(({ customFields }) => customFields['CRMAccountId__c'] === accountId)
        .map(({ id }) => id),
    ...failing(ctx.faults, {
      make: { method: 'POST', path: '^/v1/accounts$' },
      change: { method: 'PUT', path: '^/v1/accounts/' },
    }),
    end: async (id) => void (tenant.account(id).status = 'Canceled'),
    close: rig.close,
  };
}

async function startStripe(): Promise<DeskRig> {
  const rig = await startStripeRig();
  const { world, ctx } = rig.sim;
  return {
    accounts: rig.connection.accounts(DEFAULTS),
    billTo: rig.connection.billTo,
    naming: (accountId) =>
      world
        .all('customers')
        .filter(({ metadata }) => metadata['salesforce_account_id'] === accountId)
        .map(({ id }) => id),
    ...failing(ctx.faults, {
      make: { method: 'POST', path: '^/v1/customers$' },
      change: { method: 'POST', path: '^/v1/customers/' },
    }),
    end: async (id) => void (await rig.stripe.customers.del(id)),
    close: rig.close,
  };
}

/** As Billing 360 hands it on: normalised, and complete enough for every system. */
export const ADA: BillTo = {
  company: 'Žižkov & Söhne 株式会社',
  firstName: 'Ada Zoë',
  lastName: "O'Byron",
  email: 'Ada.Byron@acme.example',
  phone: '+1 415 555 0100',
  address: {
    street: '1 Market St',
    street2: 'Floor 3',
    city: 'San Francisco',
    state: 'CA',
    postalCode: '94105',
    country: 'US',
  },
  more: {},
};

export const DESK_SYSTEMS: readonly DeskSystem[] = [
  {
    system: 'Zuora',
    start: startZuora,
    field: 'Region__c',
    refused: [
      ['a payment term that it has not', { more: { paymentTerm: 'Net 37' } }],
      ['a custom field that it has not', { more: { Nobody__c: 'x' } }],
      ['a state that it has not', { address: { ...ADA.address, state: 'AA' } }],
    ],
    longest: { company: 255, email: 80, phone: 40 },
  },
  {
    system: 'Stripe',
    start: startStripe,
    field: 'region',
    refused: [['metadata that is too long', { more: { region: 'x'.repeat(501) } }]],
    longest: { company: 256, email: 512, phone: 20 },
  },
];

let accounts = 0;

/** @returns a billing account for an Account that nobody has seen before */
export function newBillingAccount(billTo: Partial<BillTo> = {}): NewBillingAccount {
  accounts += 1;
  const accountId = `001000000${String(accounts).padStart(6, '0')}AAA`;
  const whole = { ...ADA, email: `ada-${accounts}@acme.example`, ...billTo };
  return {
    number: numberFor(accountId),
    accountId,
    contactId: '003000000000001AAA',
    name: whole.company!,
    currency: 'USD',
    billTo: whole,
  };
}
