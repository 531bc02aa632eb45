import { describe, expect, it } from 'vitest';
import { customFields, list, objects, packageFiles, readMetadata } from './source.ts';

const sets = packageFiles().filter((path) => path.endsWith('.permissionset-meta.xml'));
const fields = customFields();
const names = new Set(fields.map(({ object, name }) => `${object}.${name}`));
const custom = objects().filter((name) => name.endsWith('__c'));

/** Salesforce refuses field permissions on master-detail and required fields: whoever reads the object reads them. */
const grantable = fields
  .filter(({ xml }) => xml['type'] !== 'MasterDetail' && xml['required'] !== 'true')
  .map(({ object, name }) => `${object}.${name}`)
  .sort();

/** Fields of standard objects that Accounts are matched by; readable only by whoever is granted them. */
const STANDARD_FIELDS = ['Account.Website', 'Contact.AccountId', 'Contact.Email'];
/** What people fill in and the integration reads. */
const OF_PEOPLE = ['Billing_Link__c.Chosen_Account__c', 'Billing_Link__c.Dismissed__c'];
/** Work for Billing operations, which nobody else sees. */
const isPrivate = (field: string) => field.startsWith('Billing_Link__c');

const fieldPermissions = (path: string) => list(readMetadata(path), 'fieldPermissions');
const objectPermissions = (path: string) => list(readMetadata(path), 'objectPermissions');

describe.each(sets)('%s', (path) => {
  it('says what it is for', () => {
    expect(String(readMetadata(path)['description'] ?? '')).toMatch(/\S.{10,}/);
  });

  it('names only fields that exist and may be granted, each once', () => {
    const granted = fieldPermissions(path).map((permission) => String(permission['field']));
    const own = granted.filter((field) => !STANDARD_FIELDS.includes(field));
    expect(own.filter((field) => !names.has(field))).toEqual([]);
    expect(own.filter((field) => !grantable.includes(field))).toEqual([]);
    expect(granted.length).toBe(new Set(granted).size);
  });

  it('names only objects that exist', () => {
    const standard = ['Account', 'Contact', 'Opportunity', 'Case'];
    const granted = objectPermissions(path).map((permission) => String(permission['object']));
    expect(granted.filter((object) => ![...custom, ...standard].includes(object))).toEqual([]);
  });

  it('lets nobody modify all data', () => {
    expect(JSON.stringify(list(readMetadata(path), 'userPermissions'))).not.toContain('ModifyAllData');
  });
});

describe('Billing_Viewer', () => {
  const path = 'permissionsets/Billing_Viewer.permissionset-meta.xml';

  it('reads every field that is not work for operations, and edits none', () => {
    const permissions = fieldPermissions(path);
    const fieldsOfAll = grantable.filter((field) => !isPrivate(field));
    expect(permissions.map((permission) => String(permission['field'])).sort()).toEqual(fieldsOfAll);
    expect(permissions.filter((one) => one['readable'] !== 'true' || one['editable'] !== 'false')).toEqual([]);
  });

  it('reads every object, as far as the Account is seen, and changes none', () => {
    const permissions = objectPermissions(path).filter((one) => String(one['object']).endsWith('__c'));
    expect(permissions.map((one) => String(one['object'])).sort()).toEqual(
      custom.filter((object) => !isPrivate(object)).sort(),
    );
    for (const one of permissions) {
      expect(one).toMatchObject({
        allowRead: 'true',
        allowCreate: 'false',
        allowEdit: 'false',
        allowDelete: 'false',
        modifyAllRecords: 'false',
      });
    }
    const seesAll = permissions.filter((one) => one['viewAllRecords'] === 'true').map((one) => one['object']);
    expect(seesAll.filter((object) => object !== 'Billing_Connection__c')).toEqual([]);
  });
});

describe('Billing_Operations', () => {
  const path = 'permissionsets/Billing_Operations.permissionset-meta.xml';

  it('reads every field of a link, and edits only what people fill in', () => {
    const permissions = fieldPermissions(path);
    expect(permissions.map((one) => String(one['field'])).sort()).toEqual(grantable.filter(isPrivate));
    const edited = permissions.filter((one) => one['editable'] === 'true').map((one) => String(one['field']));
    expect(edited.sort()).toEqual(OF_PEOPLE);
  });

  it('has a tab and a list of those that wait', () => {
    const [tab] = list(readMetadata(path), 'tabSettings');
    expect(tab).toEqual({ tab: 'Billing_Link__c', visibility: 'Visible' });
    expect(packageFiles()).toEqual(
      expect.arrayContaining([
        'objects/Billing_Link__c/listViews/Waiting.listView-meta.xml',
        'tabs/Billing_Link__c.tab-meta.xml',
      ]),
    );
  });

  it('works on every link, and makes none', () => {
    const [link] = objectPermissions(path).filter((one) => one['object'] === 'Billing_Link__c');
    expect(link).toMatchObject({
      allowCreate: 'false',
      allowEdit: 'true',
      viewAllRecords: 'true',
      modifyAllRecords: 'true',
    });
    expect(readMetadata('objects/Billing_Link__c/Billing_Link__c.object-meta.xml')['sharingModel']).toBe('Private');
  });
});

describe('Integration_Write', () => {
  it('reads what Accounts are matched by, everywhere', () => {
    const path = 'permissionsets/Integration_Write.permissionset-meta.xml';
    const read = fieldPermissions(path).filter((one) => one['editable'] === 'false' && one['readable'] === 'true');
    expect(read.map((one) => String(one['field']))).toEqual(expect.arrayContaining([...STANDARD_FIELDS, ...OF_PEOPLE]));
    const [contact] = objectPermissions(path).filter((one) => one['object'] === 'Contact');
    expect(contact).toMatchObject({ allowRead: 'true', allowEdit: 'false', viewAllRecords: 'true' });
  });

  it('edits every field that is no formula, and not for people to fill in', () => {
    const written = fieldPermissions('permissionsets/Integration_Write.permissionset-meta.xml')
      .filter((one) => one['editable'] === 'true')
      .map((one) => String(one['field']))
      .sort();
    const formulas = fields.filter(({ xml }) => xml['formula']).map(({ object, name }) => `${object}.${name}`);
    expect(written).toEqual(grantable.filter((field) => !formulas.includes(field) && !OF_PEOPLE.includes(field)));
  });
});
