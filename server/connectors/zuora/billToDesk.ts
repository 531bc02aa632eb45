import { z } from 'zod';
import type { BillTo, BillToAddress } from '../../domain/billTo/billTo.ts';
import { normaliseBillTo } from '../../domain/billTo/normalise.ts';
import { Fault } from '../../domain/fault.ts';
import type { BillToDesk } from '../../workflows/ports/billTo.ts';
import type { ZuoraClient } from './client.ts';
import { accountStatusOf } from './convert.ts';
import { toBillToFault } from './errors.ts';
import { accountSchema, customFieldsOf, type ZuoraAccount } from './schema.ts';

const savedSchema = z.object({ success: z.literal(true) });

/** Custom fields, the payment term and the number of the purchase order, by their names in "Update an account" (Zuora API). */
function moreOf(account: ZuoraAccount): Record<string, string | null> {
  const { paymentTerm } = account.billingAndPayment;
  const { purchaseOrderNumber } = account.basicInfo;
  return { ...customFieldsOf(account), paymentTerm, purchaseOrderNumber };
}

function fromZuoraBillTo(account: ZuoraAccount): BillTo {
  const { basicInfo, billToContact: contact } = account;
  return normaliseBillTo({
    more: moreOf(account),
    company: basicInfo.name,
    firstName: contact?.firstName,
    lastName: contact?.lastName,
    email: contact?.workEmail ?? contact?.personalEmail,
    phone: contact?.workPhone,
    address: {
      street: contact?.address1,
      street2: contact?.address2,
      city: contact?.city,
      state: contact?.state,
      postalCode: contact?.postalCode ?? contact?.zipCode,
      country: contact?.country,
    },
  });
}

/** An address goes as a whole, so that what it lacks is emptied. Countries and states are taken by their codes. */
function toZuoraAddress({ street, street2, city, state, postalCode, country }: BillToAddress): object {
  return {
    address1: street ?? '',
    address2: street2 ?? '',
    city: city ?? '',
    state: state ?? '',
    zipCode: postalCode ?? '',
    country,
  };
}

/** @returns the body of "Update an account" (Zuora API) */
function toZuoraBillTo({ company, firstName, lastName, email, phone, address, more }: Partial<BillTo>): object {
  const contact = {
    ...(lastName && { firstName, lastName }),
    ...(email && { workEmail: email }),
    ...(phone && { workPhone: phone }),
    ...(address && toZuoraAddress(address)),
  };
  return {
    ...(company && { name: company }),
    ...(Object.keys(contact).length > 0 && { billToContact: contact }),
    ...more,
  };
}

/** Bill-to contacts of the accounts of one Zuora tenant. */
export function createZuoraBillToDesk(client: ZuoraClient): BillToDesk {
  const pathOf = (id: string): string => `/v1/accounts/${encodeURIComponent(id)}`;
  return {
    async read(id) {
      try {
        const { data } = await client.get('reading an account', pathOf(id), [], accountSchema);
        return accountStatusOf(data.basicInfo.status) === 'Canceled' ? null : fromZuoraBillTo(data);
      } catch (error) {
        if (error instanceof Fault && error.kind === 'not_found') return null;
        throw error;
      }
    },
    async write(id, parts) {
      await client.put('changing a bill-to', pathOf(id), toZuoraBillTo(parts), savedSchema, toBillToFault);
    },
  };
}
