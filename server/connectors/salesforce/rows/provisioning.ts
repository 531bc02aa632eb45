import type { Provisioning } from '../../../workflows/ports/provisioning.ts';
import type { OrgRow } from '../../../workflows/ports/orgRows.ts';
import { text } from './fields.ts';

/** What is written to an Account of the billing account that is made of it. */
export const PROVISIONING_FIELDS = ['Billing_Provisioning_Status__c', 'Billing_Provisioning_Message__c'] as const;

const LONGEST = 4000;

/** What an Account tells of its billing account. */
export function provisioningRow({ accountId, state, faults, lines }: Provisioning): OrgRow {
  const told = [...faults.map((fault) => fault.text), ...lines];
  return {
    object: 'Account',
    key: accountId,
    fields: {
      Billing_Provisioning_Status__c: state === 'Not Wanted' ? null : state,
      Billing_Provisioning_Message__c: text(told.join('\n'), LONGEST),
    },
    parents: {},
  };
}

/** @returns whether nothing but its billing account is written to an Account: billing knows nothing of it */
export const isProvisioningRow = ({ object, fields }: OrgRow): boolean =>
  object === 'Account' && Object.keys(fields).every((name) => PROVISIONING_FIELDS.some((own) => own === name));
