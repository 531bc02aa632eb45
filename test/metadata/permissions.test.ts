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

const fieldPermissions = (path: string) => list(readMetadata(path), 'fieldPermissions');
const objectPermissions = (path: string) => list(readMetadata(path), 'objectPermissions');

describe.each(sets)('%s', (path) => {
  it('says what it is for', () => {
    expect(String(readMetadata(path)['description'] ?? '')).toMatch(/\S.{10,}/);
  });

  it('names only fields that exist and may be granted, each once', () => {
    const granted = fieldPermissions(path).map((permission) => String(permission['field']));
    expect(granted.filter((field) => !names.has(field))).toEqual([]);
    expect(granted.filter((field) => !grantable.includes(field))).toEqual([]);
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

  it('reads every field and edits none', () => {
    const permissions = fieldPermissions(path);
    expect(permissions.map((permission) => String(permission['field'])).sort()).toEqual(grantable);
    expect(permissions.filter((one) => one['readable'] !== 'true' || one['editable'] !== 'false')).toEqual([]);
  });

  it('reads every object, as far as the Account is seen, and changes none', () => {
    const permissions = objectPermissions(path).filter((one) => String(one['object']).endsWith('__c'));
    expect(permissions.map((one) => String(one['object'])).sort()).toEqual([...custom].sort());
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

describe('Integration_Write', () => {
  it('edits every field that is not a formula', () => {
    const written = fieldPermissions('permissionsets/Integration_Write.permissionset-meta.xml')
      .filter((one) => one['editable'] === 'true')
      .map((one) => String(one['field']))
      .sort();
    const formulas = fields.filter(({ xml }) => xml['formula']).map(({ object, name }) => `${object}.${name}`);
    expect(written).toEqual(grantable.filter((field) => !formulas.includes(field)));
  });
});
