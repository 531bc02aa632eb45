import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { SimClock } from '../../../kit/clock.ts';
import { createOrg } from '../org.ts';
import { compileSchema } from './compile.ts';
import { PARTS } from '../testing/parts.ts';

const FORCE_APP = join(import.meta.dirname, '../../../../../force-app/main/default');
const folders: string[] = [];

/** A copy of force-app in which one file is changed. */
function changed(file: string, change: (text: string) => string): string {
  const folder = mkdtempSync(join(tmpdir(), 'force-app-'));
  folders.push(folder);
  for (const part of PARTS) cpSync(join(FORCE_APP, part), join(folder, part), { recursive: true });
  const path = join(folder, file);
  writeFileSync(path, change(readFileSync(path, 'utf8')));
  return folder;
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

describe('the schema of force-app', () => {
  const schema = compileSchema(FORCE_APP);
  const invoice = schema.object('billing_invoice__C')!;

  it('knows fields with their types, whatever the case of the name', () => {
    expect(schema.field(invoice, 'key__c')).toMatchObject({
      name: 'Key__c',
      type: 'string',
      length: 255,
      required: true,
      unique: true,
      externalId: true,
      caseSensitive: true,
    });
    expect(schema.field(invoice, 'Amount__c')).toMatchObject({
      type: 'double',
      precision: 18,
      scale: 3,
      required: false,
    });
    expect(schema.field(invoice, 'Days_Overdue__c')).toMatchObject({
      type: 'double',
      createable: false,
      updateable: false,
    });
    expect(schema.field(invoice, 'Source__c')!.picklist).toMatchObject({ restricted: true });
  });

  it('knows masters, lookups and the lists of children', () => {
    expect(invoice.sharing).toBe('ControlledByParent');
    expect(schema.field(invoice, 'Account__c')!.reference).toEqual({
      to: ['Account'],
      relationshipName: 'Account__r',
      masterDetail: true,
      writeRequiresMasterRead: true,
      reparentable: true,
      onDelete: 'cascade',
      childRelationshipName: 'Billing_Invoices__r',
    });
    expect(schema.children(schema.object('Account')!).map((child) => child.relationshipName)).toEqual(
      expect.arrayContaining(['Contacts', 'Billing_Invoices__r', 'Billing_Subscriptions__r']),
    );
  });

  it('adds the custom fields of standard objects', () => {
    const account = schema.object('Account')!;
    expect(schema.field(account, 'Billing_MRR__c')).toMatchObject({ custom: true, type: 'double' });
    expect(schema.field(account, 'Industry')).toMatchObject({ custom: false, type: 'picklist' });
  });
});

describe('a force-app that the simulated org does not understand', () => {
  const field = 'objects/Billing_Invoice__c/fields/Amount__c.field-meta.xml';

  it.each<[string, string, (text: string) => string]>([
    ['an unknown type', field, (text) => text.replace('>Number<', '>Location<')],
    ['an unknown element', field, (text) => text.replace('<label>', '<encryptionScheme>x</encryptionScheme><label>')],
    ['a missing element', field, (text) => text.replace('<precision>18</precision>', '')],
    [
      'an unknown target',
      'objects/Billing_Invoice__c/fields/Account__c.field-meta.xml',
      (text) => text.replace('<referenceTo>Account', '<referenceTo>Nothing__c'),
    ],
    [
      'a formula with another function',
      'objects/Billing_Invoice__c/fields/Days_Overdue__c.field-meta.xml',
      (text) => text.replace('TODAY() -', 'NETWORKDAYS(TODAY(), Due_Date__c) -'),
    ],
    [
      'a rule with another function',
      'objects/Billing_Invoice__c/validationRules/Refuse_Older_Row_Version.validationRule-meta.xml',
      (text) => text.replace('ISNEW()', 'ISCLONE()'),
    ],
    [
      'another sharing model',
      'objects/Billing_Invoice__c/Billing_Invoice__c.object-meta.xml',
      (text) => text.replace('ControlledByParent', 'FullAccess'),
    ],
    [
      'a permission on a required field',
      'permissionsets/Billing_Viewer.permissionset-meta.xml',
      (text) => text.replace('Billing_Account__c.Balance__c', 'Billing_Account__c.Key__c'),
    ],
    [
      'a permission on an unknown field',
      'permissionsets/Billing_Viewer.permissionset-meta.xml',
      (text) => text.replace('Billing_Account__c.Balance__c', 'Billing_Account__c.Nothing__c'),
    ],
  ])('%s stops the start and names the file', (_what, file, change) => {
    const forceApp = changed(file, change);
    const name = file.split('/').find((part) => part.endsWith('__c')) ?? 'Billing_Viewer';
    expect(() => createOrg({ clock: new SimClock(), forceApp })).toThrow(name);
  });

  it('says what is wrong in it', () => {
    const forceApp = changed(field, (text) => text.replace('>Number<', '>Location<'));
    expect(() => compileSchema(forceApp)).toThrow(`${join(forceApp, field)}: type Location is not supported`);
  });
});
