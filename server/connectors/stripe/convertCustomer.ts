import { addressOf, furtherParts, type ShownBillTo, type TaxStatus } from '../../domain/billingAccount/billTo.ts';
import { accountIdFrom } from '../../domain/billingAccount/salesforceId.ts';
import type { BillingAccount, Card } from '../../domain/billingAccount/billingAccount.ts';
import { keyOf } from '../../domain/billingAccount/key.ts';
import { fromStripeAmount, zero } from '../../domain/money/money.ts';
import { fromUnixSeconds } from '../../domain/time/instant.ts';
import type { Discount } from '../../domain/subscription/discount.ts';
import { keptFields, METADATA } from '../../workflows/ports/billingFields.ts';
import type { StripeContext } from './context.ts';
import { methodInWords } from './method.ts';
import type { StripeCustomer } from './schema.ts';

function expiry(month: number | null | undefined, year: number | null | undefined): string | null {
  return month == null || year == null ? null : `${String(month).padStart(2, '0')}/${year}`;
}

/** @returns id of what a customer pays with, expanded or not */
export function paymentMethodIdOf(customer: StripeCustomer): string | null {
  const method = customer.invoice_settings?.default_payment_method ?? customer.default_source ?? null;
  return method !== null && typeof method !== 'string' ? method.id : method;
}

function cardOf(customer: StripeCustomer): Card | null {
  const method = customer.invoice_settings?.default_payment_method;
  if (method != null && typeof method !== 'string') {
    const card = method.card;
    return {
      id: method.id,
      method: methodInWords(method),
      since: method.created === null ? null : fromUnixSeconds(method.created),
      brand: card?.brand ?? null,
      last4: card?.last4 ?? null,
      expiry: expiry(card?.exp_month, card?.exp_year),
    };
  }
  const source = customer.default_source;
  if (method == null && source != null && typeof source !== 'string')
    return {
      id: source.id,
      method: methodInWords({ type: source.object, [source.object]: source }),
      brand: source.brand,
      last4: source.object === 'card' ? source.last4 : null,
      expiry: expiry(source.exp_month, source.exp_year),
    };
  return null;
}

/** Stripe has one text for a person's name: what stands last is taken for the family's. */
export function fromFullName(name: string | null): NonNullable<BillingAccount['person']> | null {
  const words = (name ?? '').split(/\s+/).filter((word) => word !== '');
  const lastName = words.pop();
  return lastName === undefined ? null : { firstName: words.length === 0 ? null : words.join(' '), lastName };
}

/** Stripe docs, "The Customer object", `tax_exempt`; a word that is not known stands as it came. */
const TAX_STATUS: Readonly<Record<string, TaxStatus>> = {
  none: 'Taxable',
  exempt: 'Exempt',
  reverse: 'Reverse Charge',
};

function billToOf({ name, business_name, individual_name, address, phone }: StripeCustomer): ShownBillTo {
  return {
    name: individual_name ?? name ?? business_name,
    address:
      address == null
        ? null
        : addressOf({
            street: address.line1,
            city: address.city,
            state: address.state,
            postalCode: address.postal_code,
            country: address.country,
          }),
    ...furtherParts({ phone, street2: address?.line2 ?? null }),
  };
}

/** Stripe docs, "Customer balance": below zero is credit, above zero is added to the next invoice. */
export function fromStripeCustomer(
  customer: StripeCustomer,
  discounts: readonly Discount[],
  context: StripeContext,
  card: Card | null = cardOf(customer),
): BillingAccount {
  const currency = customer.currency === null ? null : customer.currency.toUpperCase();
  return {
    kind: 'account',
    key: keyOf(context.connection, 'account', customer.id),
    connection: context.connection,
    source: 'Stripe',
    number: customer.id,
    name: customer.name ?? customer.business_name ?? customer.individual_name,
    status: 'Active',
    currency,
    balance: null,
    pendingDebit: currency !== null && customer.balance > 0 ? fromStripeAmount(customer.balance, currency) : null,
    creditBalance:
      currency === null ? null : customer.balance < 0 ? fromStripeAmount(-customer.balance, currency) : zero(currency),
    autoPay: customer.invoice_settings?.default_payment_method != null || customer.default_source != null,
    card,
    billToEmail: customer.email,
    billTo: billToOf(customer),
    taxStatus: customer.tax_exempt === null ? null : (TAX_STATUS[customer.tax_exempt] ?? customer.tax_exempt),
    person: fromFullName(customer.individual_name),
    discounts,
    accountId: accountIdFrom(customer.metadata['salesforce_account_id']),
    ...keptFields(context.fields?.account, METADATA, customer.metadata),
    sourceUrl: context.links.customer(customer.id),
  };
}
