import Stripe from 'stripe';
import type { BillTo, BillToAddress } from '../../domain/billTo/billTo.ts';
import { normaliseBillTo } from '../../domain/billTo/normalise.ts';
import { Fault } from '../../domain/fault.ts';
import type { BillToDesk } from '../../workflows/ports/billTo.ts';
import { fromFullName } from './convertCustomer.ts';
import { toStripeFault } from './errors.ts';
import { customerSchema, type StripeCustomer } from './schema.ts';

/** `name` is what invoices are headed with: the company; the person stands beside it. */
function fromStripeBillTo({
  name,
  business_name,
  individual_name,
  email,
  phone,
  address,
  metadata,
}: StripeCustomer): BillTo {
  return normaliseBillTo({
    company: name ?? business_name,
    more: metadata,
    ...fromFullName(individual_name),
    email,
    phone,
    address: {
      street: address?.line1,
      street2: address?.line2,
      city: address?.city,
      state: address?.state,
      postalCode: address?.postal_code,
      country: address?.country,
    },
  });
}

/** An address stands in the place of the one before; parts of it cannot be emptied by themselves (Stripe API, "Update a customer"). */
function toStripeAddress(address: BillToAddress): Stripe.AddressParam {
  const { street, street2, city, state, postalCode, country } = address;
  return {
    ...(street && { line1: street }),
    ...(street2 && { line2: street2 }),
    ...(city && { city }),
    ...(state && { state }),
    ...(postalCode && { postal_code: postalCode }),
    ...(country && { country }),
  };
}

function toStripeBillTo({ company, firstName, lastName, email, phone, address, more }: Partial<BillTo>) {
  return {
    ...(company && { name: company }),
    ...(lastName && { individual_name: [firstName, lastName].filter((one) => one != null).join(' ') }),
    ...(email && { email }),
    ...(phone && { phone }),
    ...(address && { address: toStripeAddress(address) }),
    ...(more && { metadata: more as Record<string, string> }),
  } satisfies Stripe.CustomerUpdateParams;
}

/** Stripe says what it does not take, and why. */
function toBillToFault(error: unknown): Fault {
  const fault = toStripeFault(error, 'changing a bill-to');
  if (fault.code !== 'stripe_refused' || !(error instanceof Stripe.errors.StripeError)) return fault;
  return new Fault({
    code: 'bill_to_refused',
    kind: 'invalid',
    publicText: `Stripe does not take the bill-to: "${error.message.replace(/\.$/, '')}". Correct it in Salesforce.`,
    context: fault.context,
    cause: error,
  });
}

/** Names and addresses of the customers of one Stripe account. */
export function createStripeBillToDesk(stripe: Stripe): BillToDesk {
  return {
    async read(id) {
      try {
        const customer = await stripe.customers.retrieve(id);
        return customer.deleted ? null : fromStripeBillTo(customerSchema.parse(customer));
      } catch (error) {
        const fault = toStripeFault(error, 'reading a customer');
        if (fault.kind === 'not_found') return null;
        throw fault;
      }
    },
    async write(id, parts, effectId) {
      try {
        await stripe.customers.update(id, toStripeBillTo(parts), { idempotencyKey: `billing360-billto-${effectId}` });
      } catch (error) {
        throw toBillToFault(error);
      }
    },
  };
}
