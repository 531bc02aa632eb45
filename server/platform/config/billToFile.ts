import { z } from 'zod';
import type { StripeConfig, ZuoraConfig } from './billingSystems.ts';
import type { ConfigFault } from './configError.ts';
import { readJsonFile } from './jsonFile.ts';

const EXAMPLE = '{"connections": {"zuora": {"mode": "shadow"}, "stripe": {"mode": "automatic", "fields": ["email"]}}}';

const FIELDS = ['company', 'name', 'email', 'phone', 'address'] as const;

const ofConnection = z.strictObject({
  mode: z.enum(['off', 'shadow', 'automatic'], 'It must be "off", "shadow" or "automatic".'),
  fields: z
    .array(z.enum(FIELDS, `It must be one of ${FIELDS.map((field) => `"${field}"`).join(', ')}.`))
    .min(1, 'It names no field; "mode": "off" takes none over.')
    .default([...FIELDS]),
  accountFields: z
    .record(z.string(), z.string().regex(/^[A-Za-z]\w*$/, 'It must be the API name of a field of Account.'))
    .default({}),
});

const fileSchema = z.strictObject({ connections: z.record(z.string(), ofConnection) });

/** What billing takes over from Salesforce of whom invoices name, by connection. */
export type BillToConfig = z.infer<typeof fileSchema>['connections'];

/**
 * @param path of a JSON file
 * @returns what it says, and every fault of it; null when it is wrong
 */
export function readBillToFile(path: string): { billTo: BillToConfig | null; faults: ConfigFault[] } {
  const { content, faults } = readJsonFile(path, fileSchema, { variable: 'BILL_TO_FILE', example: EXAMPLE });
  return { billTo: content?.connections ?? null, faults };
}

/** What Zuora has of an account besides custom fields ("Update an account", Zuora API). */
const OF_ZUORA = ['paymentTerm', 'purchaseOrderNumber'];

/** What is to be known of a connection. */
type Target =
  Pick<StripeConfig, 'connection' | 'system'> | Pick<ZuoraConfig, 'connection' | 'system' | 'accountIdField'>;

/** Metadata of a customer that is written by Billing 360 itself. */
const OURS_IN_STRIPE = ['salesforce_account_id', 'effect_id'];

function nameProblem(target: Target, name: string): string | null {
  if (target.system === 'Zuora') {
    if (name.toLowerCase() === target.accountIdField.toLowerCase())
      return `${name} of Zuora says which Account of Salesforce a customer belongs to; filled with anything else, customers would move to other Accounts, or to none. Name another field.`;
    return OF_ZUORA.includes(name) || /^\w+__c$/.test(name)
      ? null
      : `Zuora takes over ${OF_ZUORA.join(', ')} and custom fields, whose names end in __c; "${name}" is none of them.`;
  }
  if (OURS_IN_STRIPE.includes(name))
    return `The metadata ${name} of Stripe are what customers are known to Billing 360 by, and which Account of Salesforce they belong to. Name another key.`;
  // Source: Stripe API, "Metadata".
  return /^[^[\]]{1,40}$/.test(name)
    ? null
    : `"${name}" is no key of metadata in Stripe: it has up to 40 characters and no square brackets.`;
}

/**
 * @param connections that there are
 * @param mapping what billing fills in Salesforce
 * @returns what of it cannot be done
 */
export function billToProblems(
  billTo: BillToConfig,
  connections: readonly Target[],
  mapping: readonly { object: string; target: string }[],
): string[] {
  const filled = mapping.filter(({ object }) => object === 'Account').map(({ target }) => target.toLowerCase());
  return Object.entries(billTo).flatMap(([name, { accountFields }]) => {
    const target = connections.find(({ connection }) => connection === name);
    if (target === undefined) return [`There is no connection ${name}; each of "connections" must be the name of one.`];
    const twice = Object.values(accountFields).filter((of) => filled.includes(of.toLowerCase()));
    return [
      ...Object.keys(accountFields).flatMap((of) => nameProblem(target, of) ?? []),
      ...twice.map(
        (of) => `${of} of Account goes to ${name}, and MAPPING_FILE fills it from billing; a field goes one way alone.`,
      ),
    ];
  });
}
