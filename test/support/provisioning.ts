import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FieldValue, SRecord } from '../simulators/salesforce/org/types.ts';
import { orgClient } from '../../scripts/demo/org.ts';
import { person } from './orgPeople.ts';
import { testFolder } from './postgres.ts';
import type { Stack } from './stack.ts';

/** @returns settings of a backend that makes billing accounts of marked Accounts, by these rules */
export function provisioningSettings(rules: object): Record<string, string> {
  const file = join(testFolder(), `provisioning-${crypto.randomUUID()}.json`);
  const marked = { fields: { Billing_Account_Wanted__c: true } };
  writeFileSync(file, JSON.stringify({ mode: 'automatic', connection: 'zuora', ...marked, ...rules }));
  return { PROVISIONING_FILE: file, SALESFORCE_CURRENCY: 'USD' };
}

export const ADDRESS = {
  MailingStreet: '1 Market St',
  MailingCity: 'San Francisco',
  MailingState: 'California',
  MailingPostalCode: '94105',
  MailingCountry: 'USA',
};

/** What people do with Accounts that are to be billed in the simulated org. */
export function prospects(story: { stack: Stack }) {
  const { org } = story.stack.org;
  const client = () => orgClient(story.stack);
  return {
    /** @returns ids of a new Account and of its only Contact, who can be billed unless `contact` says otherwise */
    async make(name: string, fields: Record<string, FieldValue> = {}, contact: Record<string, FieldValue> = {}) {
      const accountId = await client().create('Account', { Name: name });
      const email = `ada@${name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}.example`;
      const contactId = await client().create('Contact', {
        ...{ AccountId: accountId, FirstName: 'Ada', LastName: 'Byron', Email: email },
        ...ADDRESS,
        ...contact,
      });
      if (Object.keys(fields).length > 0) person(story.stack).edit('Account', accountId, fields);
      return { accountId, contactId, email };
    },
    edit: (object: string, id: string, fields: Record<string, FieldValue>) =>
      person(story.stack).edit(object, id, fields),
    account: (id: string): SRecord => org.get('Account', id)!,
    status: (id: string) => org.get('Account', id)!['Billing_Provisioning_Status__c'] ?? null,
    message: (id: string) => String(org.get('Account', id)!['Billing_Provisioning_Message__c'] ?? ''),
    billed: (id: string) => org.all('Billing_Account__c').filter((one) => one['Account__c'] === id),
  };
}
