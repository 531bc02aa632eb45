import { z } from 'zod';
import { countryNameOf } from '../../domain/billTo/countries.ts';
import { stateNameOf } from '../../domain/billTo/states.ts';
import { Fault } from '../../domain/fault.ts';
import type { MadeBillingAccount, NewBillingAccount } from '../../domain/provisioning/account.ts';
import type { ProvisioningRules } from '../../domain/provisioning/rules.ts';
import type { ProvisioningDesk } from '../../workflows/ports/provisioning.ts';
import type { ZuoraClient } from './client.ts';
import type { ZuoraContext } from './context.ts';
import { toProvisioningFault, type ZuoraRefusal } from './errors.ts';
import { accountSchema, maybeText } from './schema.ts';

const madeSchema = z.object({ accountId: z.string(), accountNumber: z.string() });
const namedSchema = accountSchema.pick({ basicInfo: true });

/** Without what is not known: Zuora takes no null for a required field, and an empty one says nothing. */
const known = (fields: Readonly<Record<string, string | number | null>>) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));

/** Countries by their English names, states by theirs, as Zuora prints them (Zuora docs, "Country names and ISO standard codes"). */
function contactOf({ firstName, lastName, email, phone, address }: NewBillingAccount['billTo']): object {
  const { street, street2, city, state, postalCode, country } = address;
  return known({
    firstName,
    lastName,
    workEmail: email,
    workPhone: phone,
    address1: street,
    address2: street2,
    city,
    state: state === null ? null : stateNameOf(country, state),
    zipCode: postalCode,
    country: country === null ? null : countryNameOf(country),
  });
}

/**
 * Makes accounts of one Zuora tenant. None is made twice: Zuora takes an account number once, and whatever it answers to a
 * second one, the first is what is returned.
 */
export function createZuoraAccountDesk(
  client: ZuoraClient,
  { accountIdField }: Pick<ZuoraContext, 'accountIdField'>,
  { billCycleDay, paymentTerm, batch }: Omit<ProvisioningRules['defaults'], 'preferredLocales'>,
): ProvisioningDesk {
  const refused = (refusal: ZuoraRefusal): Fault => toProvisioningFault(refusal, accountIdField);

  async function find({ number, accountId }: NewBillingAccount): Promise<MadeBillingAccount | null> {
    const path = `/v1/accounts/${encodeURIComponent(number)}`;
    const answer = await client.get('reading an account', path, [], namedSchema).catch((error: unknown) => {
      if (error instanceof Fault && error.kind === 'not_found') return null;
      throw error;
    });
    if (answer === null) return null;
    const { id, accountNumber, ...others } = answer.data.basicInfo;
    const named = maybeText.safeParse(others[accountIdField]).data ?? accountId;
    if (named === accountId) return { id, number: accountNumber };
    throw new Fault({
      code: 'provisioning_refused',
      kind: 'invalid',
      publicText: `Account ${number} is in Zuora already and names another account (${named}). Nothing was made.`,
    });
  }

  const toRequest = (wanted: NewBillingAccount): object => ({
    accountNumber: wanted.number,
    name: wanted.name,
    currency: wanted.currency,
    // Nobody has given a payment method yet.
    autoPay: false,
    ...known({ billCycleDay, paymentTerm, batch }),
    [accountIdField]: wanted.accountId,
    billToContact: contactOf(wanted.billTo),
  });

  return {
    toRequest,
    find,
    async make(wanted, effectId) {
      const key = `billing360-account-${effectId}`;
      const body = toRequest(wanted);
      try {
        const made = await client.effect('making an account', '/v1/accounts', body, madeSchema, key, refused);
        return { id: made.accountId, number: made.accountNumber };
      } catch (error) {
        if (!(error instanceof Fault) || error.code !== 'provisioning_refused') throw error;
        const found = await find(wanted);
        if (found === null) throw error;
        return found;
      }
    },
  };
}
