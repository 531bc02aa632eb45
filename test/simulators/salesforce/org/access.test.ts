import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { SimClock } from '../../kit/clock.ts';
import { createOrg, type SimulatedOrg } from './org.ts';
import { USERS } from './seed.ts';
import type { SRecord } from './types.ts';

const forceApp = join(import.meta.dirname, '../../../../force-app/main/default');
type Person = keyof typeof USERS;

let org: SimulatedOrg;
let account: SRecord;
let invoice: SRecord;
const idOf = (person: Person): string => org.userNamed(USERS[person])!.Id;
const access = (person: Person) => org.accessOf(idOf(person));
const code = (person: Person, object: string, row: Record<string, unknown>): string | boolean => {
  const [result] = org.insert(object, [row], { userId: idOf(person) });
  return result!.errors[0]?.statusCode ?? result!.success;
};

beforeEach(() => {
  org = createOrg({ clock: new SimClock(), forceApp });
  const [made] = org.insert('Account', [{ Name: 'Acme' }], { userId: idOf('rep') });
  account = org.get('Account', made!.id!)!;
  const row = { Key__c: 'stripe:invoice:in_1', Account__c: account.Id, Row_Version__c: 1, Amount__c: 5 };
  const [written] = org.upsert('Billing_Invoice__c', 'Key__c', [row], { userId: idOf('integration') });
  invoice = org.get('Billing_Invoice__c', written!.id!)!;
});

describe('who sees what', () => {
  it('Accounts are private: the owner and the integration see them, another rep does not', () => {
    const seen = (person: Person) => access(person).seesRecord('Account', account);
    expect([seen('rep'), seen('otherRep'), seen('integration'), seen('admin')]).toEqual([true, false, true, true]);
  });

  it('details follow their Account', () => {
    const seen = (person: Person) => access(person).seesRecord('Billing_Invoice__c', invoice);
    expect([seen('rep'), seen('otherRep'), seen('integration')]).toEqual([true, false, true]);
    org.update('Account', [{ Id: account.Id, OwnerId: idOf('otherRep') }], { userId: idOf('rep') });
    expect([seen('rep'), seen('otherRep')]).toEqual([false, true]);
  });

  it('billing is read by permission set, on objects and on fields of standard objects', () => {
    expect(access('rep').readsObject('Billing_Invoice__c')).toBe(true);
    expect(access('repWithoutBilling').readsObject('Billing_Invoice__c')).toBe(false);
    expect(access('rep').readsField('Account', 'billing_mrr__c')).toBe(true);
    expect(access('repWithoutBilling').readsField('Account', 'Billing_MRR__c')).toBe(false);
    expect(access('repWithoutBilling').readsField('Account', 'Industry')).toBe(true);
  });

  it('connections are read by every viewer, whoever owns them', () => {
    const row = { Key__c: 'stripe:connection:stripe', Row_Version__c: 1 };
    const [made] = org.upsert('Billing_Connection__c', 'Key__c', [row], { userId: idOf('integration') });
    const connection = org.get('Billing_Connection__c', made!.id!)!;
    expect(access('rep').seesRecord('Billing_Connection__c', connection)).toBe(true);
    expect(access('rep').changesRecord('Billing_Connection__c', connection)).toBe(false);
  });

  it('a permission set counts from the moment it is assigned', () => {
    expect(access('repWithoutBilling').readsObject('Usage__c')).toBe(false);
    const set = org.all('PermissionSet').find((record) => record['Name'] === 'Billing_Viewer')!;
    const row = { AssigneeId: idOf('repWithoutBilling'), PermissionSetId: set.Id };
    expect(org.insert('PermissionSetAssignment', [row], { userId: idOf('admin') })[0]!.success).toBe(true);
    expect(access('repWithoutBilling').readsObject('Usage__c')).toBe(true);
  });
});

describe('who changes what', () => {
  it('viewers change no billing and make none', () => {
    expect(access('rep').editsField('Billing_Invoice__c', 'Amount__c')).toBe(false);
    expect(code('rep', 'Billing_Invoice__c', { Key__c: 'x', Account__c: account.Id })).toBe(
      'INSUFFICIENT_ACCESS_OR_READONLY',
    );
    const [removed] = org.remove('Billing_Invoice__c', [invoice.Id], { userId: idOf('rep') });
    expect(removed!.errors[0]!.statusCode).toBe('INSUFFICIENT_ACCESS_OR_READONLY');
  });

  it('the integration reads addresses, which are granted as a whole, and changes none', () => {
    for (const part of ['Street', 'City', 'State', 'PostalCode', 'Country']) {
      expect(access('integration').readsField('Account', `Billing${part}`)).toBe(true);
      expect(access('integration').editsField('Account', `Billing${part}`)).toBe(false);
      expect(access('integration').readsField('Contact', `Mailing${part}`)).toBe(true);
    }
    expect(access('integration').readsField('Account', 'ShippingCity')).toBe(false);
  });

  it('the integration writes its own fields on Accounts it does not own, and no others', () => {
    const userId = idOf('integration');
    const [own] = org.update('Account', [{ Id: account.Id, Billing_MRR__c: 10 }], { userId });
    expect(own!.success).toBe(true);
    const [other] = org.update('Account', [{ Id: account.Id, Industry: 'Energy' }], { userId });
    expect(other!.errors[0]).toMatchObject({ statusCode: 'INVALID_FIELD_FOR_INSERT_UPDATE', fields: ['Industry'] });
    expect(code('integration', 'Lead', { LastName: 'New', Company: 'New' })).toBe('INSUFFICIENT_ACCESS_OR_READONLY');
  });

  it('nobody reaches the Account of another rep, by id or by lookup', () => {
    const userId = idOf('otherRep');
    const [changed] = org.update('Account', [{ Id: account.Id, Name: 'Mine' }], { userId });
    expect(changed!.errors[0]!.statusCode).toBe('INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY');
    expect(code('otherRep', 'Contact', { LastName: 'Doe', AccountId: account.Id })).toBe(
      'INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY',
    );
    expect(org.get('Account', account.Id)!['Name']).toBe('Acme');
  });

  it('formulas and system fields are written by nobody', () => {
    const userId = idOf('admin');
    const [result] = org.update('Billing_Invoice__c', [{ Id: invoice.Id, Days_Overdue__c: 1 }], { userId });
    expect(result!.errors[0]!.statusCode).toBe('INVALID_FIELD_FOR_INSERT_UPDATE');
  });
});

describe('writing details of a master that may only be read', () => {
  const lookup = 'objects/Billing_Invoice__c/fields/Account__c.field-meta.xml';

  /** Integration_Write without Edit on Account, and the master-detail field as `field` makes it. */
  function upsertWith(field: (text: string) => string): string | boolean {
    const folder = mkdtempSync(join(tmpdir(), 'force-app-'));
    try {
      cpSync(forceApp, folder, { recursive: true });
      const change = (file: string, edit: (text: string) => string): void => {
        const path = join(folder, file);
        writeFileSync(path, edit(readFileSync(path, 'utf8')));
      };
      change('permissionsets/Integration_Write.permissionset-meta.xml', (text) =>
        text.replace(
          /<allowDelete>true<\/allowDelete>\s*<allowEdit>true<\/allowEdit>(\s*<allowRead>true<\/allowRead>\s*)<modifyAllRecords>true<\/modifyAllRecords>(\s*<object>Account<)/,
          '$1<modifyAllRecords>false</modifyAllRecords>$2',
        ),
      );
      change(lookup, field);
      org = createOrg({ clock: new SimClock(), forceApp: folder });
      const [made] = org.insert('Account', [{ Name: 'Acme' }], { userId: idOf('rep') });
      expect(access('integration').editsObject('Account')).toBe(false);
      return code('integration', 'Billing_Invoice__c', { Key__c: 'k', Account__c: made!.id });
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  it('is allowed by writeRequiresMasterRead alone', () => {
    expect(upsertWith((text) => text)).toBe(true);
    expect(upsertWith((text) => text.replace('MasterRead>true<', 'MasterRead>false<'))).toBe(
      'INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY',
    );
  });
});

describe('the clock', () => {
  it('moves formulas along', () => {
    const clock = new SimClock(Date.parse('2026-11-21T12:00:00Z') - Date.now());
    org = createOrg({ clock, forceApp });
    const [made] = org.insert('Account', [{ Name: 'Acme' }], { userId: idOf('rep') });
    const row = { Key__c: 'k', Account__c: made!.id, Status__c: 'Open', Balance__c: 5, Due_Date__c: '2026-11-20' };
    const [written] = org.upsert('Billing_Invoice__c', 'Key__c', [row], { userId: idOf('integration') });
    const object = org.object('Billing_Invoice__c')!;
    const overdue = () =>
      org.value(object, org.get('Billing_Invoice__c', written!.id!)!, org.field(object, 'Days_Overdue__c')!);
    expect(overdue()).toBe(1);
    clock.setOffset(clock.offsetMs + 10 * 86_400_000);
    expect(overdue()).toBe(11);
  });
});
