import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SimClock } from '../../kit/clock.ts';
import { createOrg, type SimulatedOrg } from './org.ts';
import { USERS } from './seed.ts';
import { PARTS } from './testing/parts.ts';

const FORCE_APP = join(import.meta.dirname, '../../../../force-app/main/default');

describe('an org that gets other metadata', () => {
  let folder: string;
  let org: SimulatedOrg;
  let admin: string;

  const edit = (file: string, change: (text: string) => string): void => {
    const path = join(folder, file);
    writeFileSync(path, change(readFileSync(path, 'utf8')));
  };
  const newAccount = (fields: Record<string, string | number>): string =>
    org.insert('Account', [{ Name: 'Acme', ...fields }], { userId: admin })[0]!.id!;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'force-app-'));
    for (const part of PARTS) cpSync(join(FORCE_APP, part), join(folder, part), { recursive: true });
    org = createOrg({ clock: new SimClock(), forceApp: FORCE_APP });
    admin = org.userNamed(USERS.admin)!.Id;
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('keeps its records and drops the values of a field that is gone', () => {
    const id = newAccount({ Billing_Row_Version__c: 3, Website: 'acme.example' });
    rmSync(join(folder, 'objects/Account/validationRules'), { recursive: true });
    rmSync(join(folder, 'objects/Account/fields/Billing_Row_Version__c.field-meta.xml'));
    const grant =
      /<fieldPermissions>(?:(?!<\/fieldPermissions>)[^])*Account\.Billing_Row_Version__c[^]*?<\/fieldPermissions>/;
    for (const name of ['Billing_Viewer', 'Integration_Write'])
      edit(`permissionsets/${name}.permissionset-meta.xml`, (text) => text.replace(grant, ''));
    const version = org.schemaVersion;
    org.useMetadata(folder);
    expect(org.get('Account', id)).toMatchObject({ Website: 'acme.example' });
    expect(org.get('Account', id)).not.toHaveProperty('Billing_Row_Version__c');
    expect(org.schemaVersion).toBeGreaterThan(version);
    expect(org.forceApp).toBe(folder);
  });

  it('finds records by their unique keys as before', () => {
    const connection = { Name: 'x', Key__c: 'stripe', Row_Version__c: 1 };
    const [made] = org.upsert('Billing_Connection__c', 'Key__c', [connection], { userId: admin });
    expect(made).toMatchObject({ success: true, created: true, errors: [] });
    org.useMetadata(folder);
    const [again] = org.upsert('Billing_Connection__c', 'Key__c', [connection], { userId: admin });
    expect(again).toMatchObject({ success: true, created: false, id: made!.id });
  });

  it('takes a permission set that is gone from those who had it', () => {
    const rep = org.userNamed(USERS.rep)!.Id;
    expect(org.accessOf(rep).readsObject('Billing_Invoice__c')).toBe(true);
    rmSync(join(folder, 'permissionsets/Billing_Viewer.permissionset-meta.xml'));
    org.useMetadata(folder);
    expect(org.accessOf(rep).readsObject('Billing_Invoice__c')).toBe(false);
    expect(org.all('PermissionSet').map((record) => record['Name'])).not.toContain('Billing_Viewer');
  });

  it('has the public groups of its metadata, with whoever is in them until they are gone', () => {
    const file = join(folder, 'groups/Collectors.group-meta.xml');
    mkdirSync(join(folder, 'groups'), { recursive: true });
    writeFileSync(file, '<Group xmlns="http://soap.sforce.com/2006/04/metadata"><name>Collectors</name></Group>');
    org.useMetadata(folder);
    const named = () => org.all('Group').filter((group) => group['DeveloperName'] === 'Collectors');
    expect(named()).toMatchObject([{ Name: 'Collectors', Type: 'Regular' }]);
    const member = { GroupId: named()[0]!.Id, UserOrGroupId: org.userNamed(USERS.rep)!.Id };
    org.insert('GroupMember', [member], { userId: admin });
    org.useMetadata(folder);
    expect(org.all('GroupMember')).toMatchObject([member]);
    rmSync(file);
    org.useMetadata(folder);
    expect([named(), org.all('GroupMember')]).toEqual([[], []]);
  });

  it('stays as it is when the new metadata is wrong', () => {
    edit('objects/Usage__c/fields/Unit__c.field-meta.xml', (text) => text.replace('>Text<', '>Location<'));
    const before = org.schema;
    expect(() => org.useMetadata(folder)).toThrow('Unit__c');
    expect(org.schema).toBe(before);
  });

  it('has the metadata it was made with after a reset', () => {
    rmSync(join(folder, 'permissionsets/Billing_Viewer.permissionset-meta.xml'));
    org.useMetadata(folder);
    org.reset();
    expect(org.forceApp).toBe(FORCE_APP);
    expect(org.all('PermissionSet').map((record) => record['Name'])).toContain('Billing_Viewer');
  });
});
