/** Kinds of objects of which metadata (Stripe) or custom fields (Zuora) can be kept. */
export const KINDS_WITH_FIELDS = ['account', 'subscription', 'charge', 'invoice'] as const;
export type KindWithFields = (typeof KINDS_WITH_FIELDS)[number];

/** What begins the names by which a mapping knows metadata of Stripe and custom fields of Zuora. */
export const METADATA = 'metadata.';
export const CUSTOM = 'custom.';

/** Names of what is kept, by kind of object, such as `metadata.region` or `custom.Region__c`. */
export type BillingFieldNames = Readonly<Record<KindWithFields, readonly string[]>>;

export const NO_FIELDS: BillingFieldNames = { account: [], subscription: [], charge: [], invoice: [] };

/** @returns those of the names that a billing system can have */
export function fieldsOfSystem(names: BillingFieldNames, system: 'Stripe' | 'Zuora'): BillingFieldNames {
  const own = (kind: KindWithFields) =>
    names[kind].filter((name) => name.startsWith(system === 'Stripe' ? METADATA : CUSTOM));
  return { account: own('account'), subscription: own('subscription'), charge: own('charge'), invoice: own('invoice') };
}

export function isBillingField(name: string): boolean {
  return name.startsWith(METADATA) || name.startsWith(CUSTOM);
}

/**
 * @param names what is to be kept of objects of this kind
 * @param prefix of the names of this billing system
 * @param given what the billing system says of the object, by its own names
 * @returns values as text, without blanks around them, by name; those that are empty are left out. No `fields` where none
 * of the names is of this billing system, so that objects stay what they were
 */
export function keptFields(
  names: readonly string[] = [],
  prefix: typeof METADATA | typeof CUSTOM,
  given: Readonly<Record<string, unknown>>,
): { fields?: Record<string, string> } {
  const own = names.filter((name) => name.startsWith(prefix));
  if (own.length === 0) return {};
  const fields = own.flatMap((name) => {
    const value = given[name.slice(prefix.length)];
    const text = ['string', 'number', 'boolean'].includes(typeof value) ? String(value).trim() : '';
    return text === '' ? [] : [[name, text] as const];
  });
  return { fields: Object.fromEntries(fields) };
}
