import Stripe from 'stripe';
import { Fault } from '../../domain/fault.ts';
import type { MadeBillingAccount, NewBillingAccount } from '../../domain/provisioning/account.ts';
import type { ProvisioningRules } from '../../domain/provisioning/rules.ts';
import type { ProvisioningDesk } from '../../workflows/ports/provisioning.ts';
import { toStripeFault } from './errors.ts';

const PAGE = 100;
/** Longest text of Stripe's that people are shown. */
const MOST_CHARACTERS = 500;

/** What of a call names what it is about: Stripe refuses to take it as it is. */
function refused(error: InstanceType<typeof Stripe.errors.StripeInvalidRequestError>): Fault {
  return new Fault({
    code: 'provisioning_refused',
    kind: 'invalid',
    publicText: `Stripe refuses the customer: "${error.message.slice(0, MOST_CHARACTERS)}".`,
    context: { param: error.param, requestId: error.requestId, status: error.statusCode },
    cause: error,
  });
}

/** Another call of the same key may be under way, whose outcome is not known. */
function underWay(fault: Fault): Fault {
  const { code, kind, publicText, context } = fault;
  return new Fault({ code, kind, publicText, context, retryable: true, outcomeUnknown: true, cause: fault });
}

function toFault(error: unknown): Fault {
  const fault = toStripeFault(error, 'making a customer');
  if (error instanceof Stripe.errors.StripeInvalidRequestError && fault.kind === 'invalid') return refused(error);
  // 400 for the same key with another content, too: somebody sent something under it.
  if (fault.kind === 'conflict' || error instanceof Stripe.errors.StripeIdempotencyError) return underWay(fault);
  return fault;
}

/**
 * Makes customers of one Stripe account. Stripe carries out once what comes with the same key, for a day at least (Stripe API,
 * "Idempotent requests"); after that the list of customers by email tells, which unlike its search is never behind.
 */
export function createStripeAccountDesk(
  stripe: Stripe,
  { preferredLocales }: Pick<ProvisioningRules['defaults'], 'preferredLocales'>,
): ProvisioningDesk {
  function toRequest({ accountId, name, billTo }: NewBillingAccount, effectId: string): Stripe.CustomerCreateParams {
    const { email, phone, address, firstName, lastName } = billTo;
    const { street, street2, city, state, postalCode, country } = address;
    const person = [firstName, lastName].filter((part) => part !== null).join(' ');
    const given = { line1: street, line2: street2, city, state, postal_code: postalCode, country };
    const known = Object.entries(given).filter(([, value]) => value !== null) as [string, string][];
    return {
      name,
      ...(person === '' ? {} : { individual_name: person }),
      ...(email === null ? {} : { email }),
      ...(phone === null ? {} : { phone }),
      address: Object.fromEntries(known),
      ...(preferredLocales === null ? {} : { preferred_locales: [...preferredLocales] }),
      metadata: { salesforce_account_id: accountId, effect_id: effectId },
    };
  }

  return {
    toRequest,
    async find({ accountId, billTo }) {
      try {
        let found: MadeBillingAccount | null = null;
        await stripe.customers.list({ email: billTo.email!, limit: PAGE }).autoPagingEach(({ id, metadata }) => {
          if (metadata['salesforce_account_id'] !== accountId) return true;
          found = { id, number: id };
          return false;
        });
        return found;
      } catch (error) {
        throw toStripeFault(error, 'looking for a customer');
      }
    },
    async make(wanted, effectId) {
      try {
        const idempotencyKey = `billing360-customer-${effectId}`;
        const { id } = await stripe.customers.create(toRequest(wanted, effectId), { idempotencyKey });
        return { id, number: id };
      } catch (error) {
        throw toFault(error);
      }
    },
  };
}
