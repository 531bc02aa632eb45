import { partsOf, provisioningKeyOf } from '../../domain/billingAccount/key.ts';
import type { KeyHandler } from '../ports/keyWork.ts';

/** Has the billing account of an Account looked at for whatever may decide over it. */
export type ProvisioningTriggers = {
  /** Contacts (key `salesforce:Contact:<id>`). */
  contact: KeyHandler;
  /** Besides what becomes of an Account, its billing account. */
  withAccount: (handler: KeyHandler) => KeyHandler;
  /** @returns keys to be worked for a deal of an Account */
  ofDeal: (accountId: string | null) => string[];
};

/** @param concerned ids of the Accounts that a Contact may be billed for. Throws Faults */
export function provisioningTriggers(concerned: (contactId: string) => Promise<string[]>): ProvisioningTriggers {
  return {
    async contact({ key, events }) {
      const accountIds = await concerned(partsOf(key).id);
      return { done: events.map(({ id }) => id), dirty: accountIds.map(provisioningKeyOf) };
    },
    withAccount: (handler) => async (claim) => {
      const result = await handler(claim);
      return { ...result, dirty: [...(result.dirty ?? []), provisioningKeyOf(partsOf(claim.key).id)] };
    },
    ofDeal: (accountId) => (accountId === null ? [] : [provisioningKeyOf(accountId)]),
  };
}
