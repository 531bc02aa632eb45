import { describe, expect, it } from 'vitest';
import { customFields, list, objects, packageFiles, readMetadata } from './source.ts';

const sets = packageFiles().filter((path) => path.endsWith('.permissionset-meta.xml'));
const fields = customFields();
/** Fields of Activity are granted on what there is of it. */
const grantsOf = (object: string, name: string): string[] =>
  (object === 'Activity' ? ['Task', 'Event'] : [object]).map((one) => `${one}.${name}`);
const names = new Set(fields.flatMap(({ object, name }) => grantsOf(object, name)));
const custom = objects().filter((name) => name.endsWith('__c'));

/** Salesforce refuses field permissions on master-detail and required fields: whoever reads the object reads them. */
const grantable = fields
  .filter(({ xml }) => xml['type'] !== 'MasterDetail' && xml['required'] !== 'true')
  .flatMap(({ object, name }) => grantsOf(object, name))
  .sort();

/** Fields of standard objects that Accounts are matched by; readable only by whoever is granted them. */
const STANDARD_FIELDS = ['Account.ParentId', 'Account.Website', 'Contact.AccountId', 'Contact.Email'];
/** What billing is addressed by. */
const OF_BILL_TO = ['Account.BillingAddress', 'Account.Phone', 'Contact.MailingAddress', 'Contact.Phone'];
/** Those of them that a Contact is made with. */
const OF_NEW_CONTACTS = ['Contact.AccountId', 'Contact.Email'];
/** Standard fields that say what was sold and for how long. */
const OF_CONTRACTS = [
  ...['Contract.ContractTerm', 'Contract.StartDate', 'Opportunity.ContractId', 'OpportunityLineItem.Discount'],
  'OpportunityLineItem.ServiceDate',
];
/** Standard fields of activities and deals that report billing. */
const OF_RECORDS = [
  ...['Opportunity.AccountId', 'Opportunity.Amount', 'Opportunity.Type', 'Task.ActivityDate', 'Task.Description'],
  'Task.WhatId',
];
/** What people enter on their deals for the order, and the integration reads. */
const OF_DEALS = [
  ...['Term_Months', 'Evergreen', 'Auto_Renew', 'Renewal_Term_Months'].map((name) => `Opportunity.Billing_${name}__c`),
  ...['Action', 'End_Date'].map((name) => `OpportunityLineItem.Billing_${name}__c`),
];
/** What people enter on their Accounts for billing, and the integration reads. */
const OF_ACCOUNTS = ['Account_Separate', 'Account_Wanted', 'Contact'].map((name) => `Account.Billing_${name}__c`);
/** What people fill in and the integration reads. */
const OF_PEOPLE = [
  ...[...OF_DEALS, ...OF_ACCOUNTS],
  ...['Billing_Link__c.Chosen_Account__c', 'Billing_Link__c.Dismissed__c'],
  ...['Billing_Request__c.Decision_Comment__c', 'Billing_Request__c.Sync_Failure__c'],
];
/** What agents enter in a Case. */
const OF_CASES = ['AccountId', 'ContactId', 'Description', 'Origin', 'Priority', 'Subject'].map(
  (name) => `Case.${name}`,
);
/** What people fill in on their own deals and the integration on those that it makes. */
const OF_BOTH = [
  ...['Subscription_Number', 'Order_Kind', 'Start_Date', 'Account_Key'].map((name) => `Opportunity.Billing_${name}__c`),
  ...['Start_Date', 'Charge_Number'].map((name) => `OpportunityLineItem.Billing_${name}__c`),
];
/** Work for Billing operations, which nobody else sees. */
const isOfLinks = (field: string) => field.startsWith('Billing_Link__c');
const isOfFailures = (field: string) => field.startsWith('Billing_Sync_Failure__c');
/** What people ask for, each their own. */
const isOfRequests = (field: string) => field.startsWith('Billing_Request__c');
const isOfDiscrepancies = (field: string) => field.startsWith('Billing_Discrepancy__c');
const isPrivate = (field: string) =>
  [isOfLinks, isOfFailures, isOfRequests, isOfDiscrepancies].some((isOf) => isOf(field));

const fieldPermissions = (path: string) => list(readMetadata(path), 'fieldPermissions');
const objectPermissions = (path: string) => list(readMetadata(path), 'objectPermissions');

describe.each(sets)('%s', (path) => {
  it('says what it is for', () => {
    expect(String(readMetadata(path)['description'] ?? '')).toMatch(/\S.{10,}/);
  });

  it('names only fields that exist and may be granted, each once', () => {
    const granted = fieldPermissions(path).map((permission) => String(permission['field']));
    const own = granted.filter(
      (field) => ![...STANDARD_FIELDS, ...OF_BILL_TO, ...OF_RECORDS, ...OF_CASES, ...OF_CONTRACTS].includes(field),
    );
    expect(own.filter((field) => !names.has(field))).toEqual([]);
    expect(own.filter((field) => !grantable.includes(field))).toEqual([]);
    expect(granted.length).toBe(new Set(granted).size);
  });

  it('names only objects that exist', () => {
    const standard = ['Account', 'Contact', 'Opportunity', 'Case', 'Contract', 'Product2', 'Pricebook2'];
    const granted = objectPermissions(path).map((permission) => String(permission['object']));
    expect(granted.filter((object) => ![...custom, ...standard].includes(object))).toEqual([]);
  });

  it('names only flows, tabs, apps and custom permissions that exist', () => {
    const xml = readMetadata(path);
    const granted = (element: string, name: string, file: (of: string) => string): string[] =>
      list(xml, element).map((one) => file(String(one[name])));
    const named = [
      ...granted('flowAccesses', 'flow', (flow) => `flows/${flow}.flow-meta.xml`),
      ...granted('tabSettings', 'tab', (tab) => `tabs/${tab}.tab-meta.xml`),
      ...granted('applicationVisibilities', 'application', (app) => `applications/${app}.app-meta.xml`),
      ...granted('customPermissions', 'name', (own) => `customPermissions/${own}.customPermission-meta.xml`),
    ];
    expect(named.filter((file) => !packageFiles().includes(file))).toEqual([]);
  });

  it('lets nobody modify all data', () => {
    expect(JSON.stringify(list(readMetadata(path), 'userPermissions'))).not.toContain('ModifyAllData');
  });
});

describe('Billing_Viewer', () => {
  const path = 'permissionsets/Billing_Viewer.permissionset-meta.xml';

  it('reads every field that is not work for operations, and edits only what people enter on their deals and Accounts', () => {
    const permissions = fieldPermissions(path);
    const fieldsOfAll = grantable.filter((field) => !isPrivate(field));
    expect(permissions.map((permission) => String(permission['field'])).sort()).toEqual(fieldsOfAll);
    expect(permissions.filter((one) => one['readable'] !== 'true')).toEqual([]);
    const edited = permissions.filter((one) => one['editable'] !== 'false').map((one) => String(one['field']));
    expect(edited.sort()).toEqual([...OF_BOTH, ...OF_DEALS, ...OF_ACCOUNTS].sort());
  });

  it('reads every object, as far as the Account or deal is seen, and changes none', () => {
    const permissions = objectPermissions(path);
    expect(permissions.map((one) => String(one['object'])).sort()).toEqual(
      ['Account', 'Opportunity', ...custom.filter((object) => !isPrivate(object))].sort(),
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

  it('reads every field of its work, and edits only what people fill in', () => {
    const permissions = fieldPermissions(path);
    expect(permissions.map((one) => String(one['field'])).sort()).toEqual(grantable.filter(isPrivate));
    const edited = permissions.filter((one) => one['editable'] === 'true').map((one) => String(one['field']));
    expect(edited.sort()).toEqual([
      ...OF_PEOPLE.filter(isOfLinks),
      ...['Billing_Request__c.Key__c', 'Billing_Request__c.Sync_Failure__c'],
    ]);
  });

  it('has a tab and a list of what waits for somebody', () => {
    const tabs = list(readMetadata(path), 'tabSettings').map(
      (one) => `${String(one['tab'])} ${String(one['visibility'])}`,
    );
    expect(tabs).toEqual(
      ['Discrepancy', 'Link', 'Request', 'Sync_Failure'].map((name) => `Billing_${name}__c Visible`),
    );
    expect(packageFiles()).toEqual(
      expect.arrayContaining([
        'objects/Billing_Link__c/listViews/Waiting.listView-meta.xml',
        'objects/Billing_Discrepancy__c/listViews/Open.listView-meta.xml',
        'objects/Billing_Sync_Failure__c/listViews/Open.listView-meta.xml',
        'objects/Billing_Sync_Failure__c/listViews/Resolved_Lately.listView-meta.xml',
      ]),
    );
  });

  it('sees every failure and changes none, and has it tried again by a request of its own', () => {
    const of = (object: string) => objectPermissions(path).find((one) => one['object'] === object);
    expect(of('Billing_Sync_Failure__c')).toMatchObject({
      allowCreate: 'false',
      allowEdit: 'false',
      allowDelete: 'false',
      viewAllRecords: 'true',
    });
    expect(of('Billing_Request__c')).toMatchObject({
      allowCreate: 'true',
      allowEdit: 'false',
      viewAllRecords: 'false',
    });
    const failure = 'Billing_Sync_Failure__c';
    expect(readMetadata(`objects/${failure}/${failure}.object-meta.xml`)['sharingModel']).toBe('Private');
    const others = sets.filter((one) => !/Billing_Operations|Integration_Write/.test(one));
    expect(others.flatMap((one) => objectPermissions(one)).filter((one) => one['object'] === failure)).toEqual([]);
  });

  it('sees every discrepancy, and changes none', () => {
    const object = 'Billing_Discrepancy__c';
    const [own] = objectPermissions(path).filter((one) => one['object'] === object);
    expect(own).toMatchObject({ allowCreate: 'false', allowEdit: 'false', viewAllRecords: 'true' });
    expect(readMetadata(`objects/${object}/${object}.object-meta.xml`)['sharingModel']).toBe('Private');
    const others = sets.filter((one) => !/Billing_Operations|Integration_Write/.test(one));
    expect(others.flatMap((one) => objectPermissions(one)).filter((one) => one['object'] === object)).toEqual([]);
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

describe('Billing_Agent', () => {
  const path = 'permissionsets/Billing_Agent.permissionset-meta.xml';
  const [request] = objectPermissions(path).filter((one) => one['object'] === 'Billing_Request__c');

  it('asks for things, and neither changes what was asked nor sees what others asked', () => {
    expect(request).toMatchObject({
      allowCreate: 'true',
      allowEdit: 'false',
      allowDelete: 'false',
      viewAllRecords: 'false',
    });
    expect(readMetadata('objects/Billing_Request__c/Billing_Request__c.object-meta.xml')['sharingModel']).toBe(
      'Private',
    );
  });

  it('reads every field of a request, and says of its own only what it is about', () => {
    const permissions = fieldPermissions(path).filter((one) => isOfRequests(String(one['field'])));
    expect(permissions.map((one) => String(one['field'])).sort()).toEqual(grantable.filter(isOfRequests));
    const edited = permissions.filter((one) => one['editable'] === 'true').map((one) => String(one['field']));
    expect(edited).toEqual(['Billing_Request__c.Account__c', 'Billing_Request__c.Key__c']);
  });

  it('works on Cases, and has the permission of payment links and of sending again', () => {
    const [cases] = objectPermissions(path).filter((one) => one['object'] === 'Case');
    expect(cases).toMatchObject({ allowCreate: 'true', allowEdit: 'true', allowDelete: 'false' });
    expect(list(readMetadata(path), 'customPermissions')).toEqual([
      { enabled: 'true', name: 'Billing_Payment_Actions' },
    ]);
  });
});

describe('Finance_Approver', () => {
  const path = 'permissionsets/Finance_Approver.permissionset-meta.xml';

  it('reads every request, decides, and changes nothing else', () => {
    const permissions = fieldPermissions(path);
    expect(permissions.map((one) => String(one['field'])).sort()).toEqual(grantable.filter(isOfRequests));
    const edited = permissions.filter((one) => one['editable'] === 'true').map((one) => String(one['field']));
    expect(edited).toEqual(['Billing_Request__c.Decision_Comment__c', 'Billing_Request__c.Decision__c']);
    const [request] = objectPermissions(path).filter((one) => one['object'] === 'Billing_Request__c');
    expect(request).toMatchObject({ allowCreate: 'false', allowEdit: 'true', viewAllRecords: 'true' });
  });
});

describe('Integration_Write', () => {
  it('answers every request, and makes those that ask for approval', () => {
    const path = 'permissionsets/Integration_Write.permissionset-meta.xml';
    const [request] = objectPermissions(path).filter((one) => one['object'] === 'Billing_Request__c');
    expect(request).toMatchObject({ allowCreate: 'true', allowEdit: 'true', modifyAllRecords: 'true' });
  });

  it('reads who may approve, with what that takes', () => {
    const path = 'permissionsets/Integration_Write.permissionset-meta.xml';
    const own = list(readMetadata(path), 'userPermissions').map((one) => one['name']);
    expect(own).toEqual(expect.arrayContaining(['ViewSetup', 'ViewRoles']));
  });

  it('reads what Accounts are matched and billed by, everywhere', () => {
    const path = 'permissionsets/Integration_Write.permissionset-meta.xml';
    const read = fieldPermissions(path).filter((one) => one['readable'] === 'true');
    expect(read.map((one) => String(one['field']))).toEqual(
      expect.arrayContaining([...STANDARD_FIELDS, ...OF_BILL_TO, ...OF_PEOPLE]),
    );
    const [contact] = objectPermissions(path).filter((one) => one['object'] === 'Contact');
    expect(contact).toMatchObject({ allowRead: 'true', allowEdit: 'false', viewAllRecords: 'true' });
  });

  it('reads what was sold on every deal, and for how long', () => {
    const path = 'permissionsets/Integration_Write.permissionset-meta.xml';
    const read = fieldPermissions(path).filter((one) => one['editable'] === 'false' && one['readable'] === 'true');
    expect(read.map((one) => String(one['field']))).toEqual(expect.arrayContaining([...OF_DEALS, ...OF_CONTRACTS]));
    const [contract] = objectPermissions(path).filter((one) => one['object'] === 'Contract');
    expect(contract).toMatchObject({ allowRead: 'true', allowEdit: 'false', viewAllRecords: 'true' });
  });

  it('makes Accounts, Contacts, deals and activities', () => {
    const path = 'permissionsets/Integration_Write.permissionset-meta.xml';
    const makes = objectPermissions(path).filter((one) =>
      ['Account', 'Contact', 'Opportunity'].includes(String(one['object'])),
    );
    expect(makes.map((one) => one['allowCreate'])).toEqual(['true', 'true', 'true']);
    expect(list(readMetadata(path), 'userPermissions').map((one) => one['name'])).toContain('EditTask');
  });

  it('makes products and their prices, and deletes none', () => {
    const path = 'permissionsets/Integration_Write.permissionset-meta.xml';
    const makes = objectPermissions(path).filter((one) => ['Product2', 'Pricebook2'].includes(String(one['object'])));
    expect(makes).toHaveLength(2);
    for (const one of makes)
      expect(one).toMatchObject({ allowCreate: 'true', allowEdit: 'true', allowDelete: 'false' });
  });

  it('edits every field that is no formula, and not for people to fill in', () => {
    const written = fieldPermissions('permissionsets/Integration_Write.permissionset-meta.xml')
      .filter((one) => one['editable'] === 'true')
      .map((one) => String(one['field']))
      .sort();
    const formulas = fields.filter(({ xml }) => xml['formula']).map(({ object, name }) => `${object}.${name}`);
    const ours = grantable.filter((field) => !formulas.includes(field) && !OF_PEOPLE.includes(field));
    expect(written).toEqual([...ours, ...OF_NEW_CONTACTS, ...OF_RECORDS].sort());
  });
});
