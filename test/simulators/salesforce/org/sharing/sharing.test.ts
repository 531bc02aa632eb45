import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SimClock } from '../../../kit/clock.ts';
import { createOrg, type SimulatedOrg } from '../org.ts';
import { USERS } from '../seed.ts';
import { MetadataFolder, onField, onObject } from '../testing/metadataFolder.ts';
import type { SRecord } from '../types.ts';

type Person = keyof typeof USERS;
const deal = { Name: 'Deal', StageName: 'Prospecting', CloseDate: '2026-12-31' };

let folder: MetadataFolder;
let org: SimulatedOrg;
const start = (): void => void (org = createOrg({ clock: new SimClock(), forceApp: folder.path }));
beforeEach(() => {
  folder = new MetadataFolder();
  start();
});
afterEach(() => folder.remove());

const idOf = (person: Person): string => org.userNamed(USERS[person])!.Id;
function add(person: Person, object: string, row: Record<string, unknown>): SRecord {
  const [result] = org.insert(object, [row], { userId: idOf(person) });
  expect(result!.errors).toEqual([]);
  return org.get(object, result!.id!)!;
}
function change(person: Person, object: string, row: Record<string, unknown>): string | undefined {
  return org.update(object, [row], { userId: idOf(person) })[0]!.errors[0]?.statusCode;
}
/** What a user may do with a record: `none`, `read`, `edit` or `all`. */
function level(person: Person, object: string, record: SRecord): string {
  const access = org.accessOf(idOf(person));
  if (access.removesRecord(object, record)) return 'all';
  if (access.changesRecord(object, record)) return 'edit';
  return access.seesRecord(object, record) ? 'read' : 'none';
}
/** Puts the rep below the other rep in the role hierarchy. */
function hierarchy(more: Record<string, unknown> = {}): void {
  const boss = add('admin', 'UserRole', { Name: 'Head of Sales' });
  const role = add('admin', 'UserRole', { Name: 'Sales', ParentRoleId: boss.Id, ...more });
  expect(change('admin', 'User', { Id: idOf('otherRep'), UserRoleId: boss.Id })).toBeUndefined();
  expect(change('admin', 'User', { Id: idOf('rep'), UserRoleId: role.Id })).toBeUndefined();
}

describe('sharing', () => {
  it('goes up the role hierarchy, never down', () => {
    hierarchy();
    const below = add('rep', 'Account', { Name: 'Acme' });
    const above = add('otherRep', 'Account', { Name: 'Globex' });
    expect([level('otherRep', 'Account', below), level('rep', 'Account', above)]).toEqual(['all', 'none']);
    expect(level('repWithoutBilling', 'Account', below)).toBe('none');
  });

  it('follows the organization-wide defaults of the metadata', () => {
    folder.file('objects/Account/Account.object-meta.xml', 'CustomObject', '<sharingModel>Read</sharingModel>');
    folder.file(
      'objects/Opportunity/Opportunity.object-meta.xml',
      'CustomObject',
      '<sharingModel>ReadWrite</sharingModel>',
    );
    start();
    const account = add('rep', 'Account', { Name: 'Acme' });
    const opportunity = add('rep', 'Opportunity', { ...deal, AccountId: account.Id });
    expect([level('otherRep', 'Account', account), level('otherRep', 'Opportunity', opportunity)]).toEqual([
      'read',
      'edit',
    ]);
    expect(change('otherRep', 'Opportunity', { Id: opportunity.Id, NextStep: 'x' })).toBeUndefined();
    expect(org.remove('Opportunity', [opportunity.Id], { userId: idOf('otherRep') })[0]!.errors[0]!.statusCode).toBe(
      'INSUFFICIENT_ACCESS_OR_READONLY',
    );
    expect(org.all('Organization')[0]).toMatchObject({
      DefaultAccountAccess: 'Read',
      DefaultOpportunityAccess: 'Edit',
    });
  });

  it('shows the Account behind a child that somebody owns', () => {
    const account = add('rep', 'Account', { Name: 'Acme' });
    const opportunity = add('rep', 'Opportunity', { ...deal, AccountId: account.Id });
    expect(level('otherRep', 'Account', account)).toBe('none');
    expect(change('rep', 'Opportunity', { Id: opportunity.Id, OwnerId: idOf('otherRep') })).toBeUndefined();
    expect(level('otherRep', 'Account', account)).toBe('read');
    expect(level('rep', 'Opportunity', org.get('Opportunity', opportunity.Id)!)).toBe('none');
  });

  it('gives the owner of an Account of its children what their role says', () => {
    hierarchy({ OpportunityAccessForAccountOwner: 'Edit', CaseAccessForAccountOwner: 'Read' });
    const account = add('rep', 'Account', { Name: 'Acme' });
    const opportunity = add('admin', 'Opportunity', { ...deal, AccountId: account.Id });
    const case_ = add('admin', 'Case', { AccountId: account.Id });
    expect([level('rep', 'Opportunity', opportunity), level('rep', 'Case', case_)]).toEqual(['edit', 'read']);
    expect(level('repWithoutBilling', 'Opportunity', opportunity)).toBe('none');
  });

  it('is done by hand, by those who have the whole record, until its owner changes', () => {
    const account = add('rep', 'Account', { Name: 'Acme' });
    const opportunity = add('rep', 'Opportunity', { ...deal, AccountId: account.Id });
    const share = {
      AccountId: account.Id,
      UserOrGroupId: idOf('otherRep'),
      AccountAccessLevel: 'Read',
      OpportunityAccessLevel: 'Edit',
    };
    const stranger = org.insert('AccountShare', [share], { userId: idOf('repWithoutBilling') })[0]!;
    expect(stranger.errors[0]!.statusCode).toBe('INSUFFICIENT_ACCESS_OR_READONLY');
    add('rep', 'AccountShare', share);
    expect([level('otherRep', 'Account', account), level('otherRep', 'Opportunity', opportunity)]).toEqual([
      'read',
      'edit',
    ]);
    const more = { ...share, UserOrGroupId: idOf('repWithoutBilling') };
    expect(org.insert('AccountShare', [more], { userId: idOf('otherRep') })[0]!.errors[0]!.statusCode).toBe(
      'INSUFFICIENT_ACCESS_OR_READONLY',
    );
    const everything = org.insert('AccountShare', [{ ...more, AccountAccessLevel: 'All' }], {
      userId: idOf('rep'),
    })[0]!;
    expect(everything.errors[0]!.statusCode).toBe('FIELD_INTEGRITY_EXCEPTION');
    expect(change('rep', 'Account', { Id: account.Id, OwnerId: idOf('repWithoutBilling') })).toBeUndefined();
    expect(level('otherRep', 'Account', org.get('Account', account.Id)!)).toBe('none');
  });

  it('reaches the members of groups and queues', () => {
    const group = add('admin', 'Group', { Name: 'Helpers' });
    add('admin', 'GroupMember', { GroupId: group.Id, UserOrGroupId: idOf('otherRep') });
    const account = add('rep', 'Account', { Name: 'Acme' });
    add('rep', 'AccountShare', { AccountId: account.Id, UserOrGroupId: group.Id, AccountAccessLevel: 'Edit' });
    expect(level('otherRep', 'Account', account)).toBe('edit');
    const queue = add('admin', 'Group', { Name: 'Support', Type: 'Queue' });
    add('admin', 'QueueSobject', { QueueId: queue.Id, SobjectType: 'Case' });
    add('admin', 'GroupMember', { GroupId: queue.Id, UserOrGroupId: idOf('otherRep') });
    const case_ = add('rep', 'Case', { Subject: 'Help', OwnerId: queue.Id });
    expect([level('otherRep', 'Case', case_), level('rep', 'Case', case_)]).toEqual(['all', 'none']);
  });

  it('follows rules by owner and by criteria', () => {
    const to = '<sharedTo><group>Helpers</group></sharedTo>';
    folder.file(
      'sharingRules/Account.sharingRules-meta.xml',
      'SharingRules',
      `<sharingCriteriaRules><fullName>Energy</fullName><accessLevel>Read</accessLevel><accountSettings><caseAccessLevel>None</caseAccessLevel><contactAccessLevel>None</contactAccessLevel><opportunityAccessLevel>Edit</opportunityAccessLevel></accountSettings><label>Energy</label>${to}<criteriaItems><field>Industry</field><operation>equals</operation><value>Energy,Utilities</value></criteriaItems></sharingCriteriaRules><sharingOwnerRules><fullName>Sales</fullName><accessLevel>Edit</accessLevel><label>Sales</label>${to}<sharedFrom><role>Sales</role></sharedFrom></sharingOwnerRules>`,
    );
    start();
    const group = add('admin', 'Group', { Name: 'Helpers' });
    add('admin', 'GroupMember', { GroupId: group.Id, UserOrGroupId: idOf('repWithoutBilling') });
    const energy = add('admin', 'Account', { Name: 'Acme', Industry: 'Utilities' });
    const opportunity = add('admin', 'Opportunity', { ...deal, AccountId: energy.Id });
    const other = add('rep', 'Account', { Name: 'Globex' });
    const seen = (record: SRecord) => level('repWithoutBilling', 'Account', record);
    expect([seen(energy), seen(other), level('repWithoutBilling', 'Opportunity', opportunity)]).toEqual([
      'read',
      'none',
      'edit',
    ]);
    hierarchy();
    expect(seen(other)).toBe('edit');
  });

  it.each([
    [
      'boolean filters',
      '<sharingCriteriaRules><fullName>X</fullName><accessLevel>Read</accessLevel><booleanFilter>1 OR 2</booleanFilter></sharingCriteriaRules>',
      '<booleanFilter> is not supported',
    ],
    ['guests', '<sharingGuestRules><fullName>X</fullName></sharingGuestRules>', '<sharingGuestRules> is not supported'],
    [
      'nobody',
      '<sharingOwnerRules><fullName>X</fullName><accessLevel>Read</accessLevel><sharedFrom><allInternalUsers/></sharedFrom><sharedTo></sharedTo></sharingOwnerRules>',
      '<sharedTo>',
    ],
  ])('rules for %s stop the start', (_what, content, message) => {
    folder.file('sharingRules/Account.sharingRules-meta.xml', 'SharingRules', content);
    expect(start).toThrow(message);
  });

  it('lets activities be read by those who read what they are about', () => {
    const account = add('rep', 'Account', { Name: 'Acme' });
    const task = add('admin', 'Task', { WhatId: account.Id, Subject: 'Call' });
    expect([level('rep', 'Task', task), level('otherRep', 'Task', task)]).toEqual(['read', 'none']);
  });

  it('ends with the groups and users it went to', () => {
    folder.object('Thing__c', 'Private').permissionSet('Things', onObject('Thing__c', 'CRED'));
    start();
    const set = org.all('PermissionSet').find((one) => one['Name'] === 'Things')!;
    for (const person of ['rep', 'otherRep'] as const)
      add('admin', 'PermissionSetAssignment', { AssigneeId: idOf(person), PermissionSetId: set.Id });
    const thing = add('rep', 'Thing__c', { Name: 'One' });
    const share = add('rep', 'Thing__Share', {
      ParentId: thing.Id,
      UserOrGroupId: idOf('otherRep'),
      AccessLevel: 'Edit',
    });
    expect(level('otherRep', 'Thing__c', thing)).toBe('edit');
    expect(org.remove('Thing__Share', [share.Id], { userId: idOf('otherRep') })[0]!.success).toBe(false);
    expect(org.remove('Thing__Share', [share.Id], { userId: idOf('rep') })[0]!.errors).toEqual([]);
    expect(level('otherRep', 'Thing__c', thing)).toBe('none');
  });
});

describe('permissions', () => {
  it('a field that is deployed later is nobodys, not even an admins, until somebody is granted it', () => {
    folder.field('Account', 'Later__c', 'Text', '<length>10</length>');
    const before = org.accessOf(idOf('admin'));
    expect(before.editsField('Account', 'Billing_MRR__c')).toBe(true);
    org.useMetadata(folder.path);
    expect(org.accessOf(idOf('admin')).readsField('Account', 'Later__c')).toBe(false);
    expect(change('admin', 'Account', { Id: add('admin', 'Account', { Name: 'Acme' }).Id, Later__c: 'x' })).toBe(
      'INVALID_FIELD_FOR_INSERT_UPDATE',
    );
    folder.permissionSet('Later', onField('Account.Later__c'));
    org.useMetadata(folder.path);
    const set = org.all('PermissionSet').find((one) => one['Name'] === 'Later')!;
    add('admin', 'PermissionSetAssignment', { AssigneeId: idOf('admin'), PermissionSetId: set.Id });
    expect(org.accessOf(idOf('admin')).editsField('Account', 'Later__c')).toBe(true);
  });

  it('are told by records: permission sets of profiles, what they grant, who has them', () => {
    const set = org.all('PermissionSet').find((one) => one['Name'] === 'Integration_Write')!;
    const granted = org.all('ObjectPermissions').filter((one) => one['ParentId'] === set.Id);
    expect(granted.find((one) => one['SobjectType'] === 'Account')).toMatchObject({
      PermissionsRead: true,
      PermissionsCreate: true,
      PermissionsModifyAllRecords: true,
    });
    expect(org.all('FieldPermissions').find((one) => one['Field'] === 'Account.Billing_MRR__c')).toBeDefined();
    const owned = org.all('PermissionSet').filter((one) => one['IsOwnedByProfile'] === true);
    expect(owned.map((one) => one['Type'])).toEqual(['Profile', 'Profile', 'Profile']);
    const assignments = org.all('PermissionSetAssignment').filter((one) => one['AssigneeId'] === idOf('rep'));
    expect(assignments).toHaveLength(2);
  });

  it('grant custom permissions, flows, principals and all fields of an object', () => {
    folder
      .file('customPermissions/Sees_Margins.customPermission-meta.xml', 'CustomPermission', '<label>m</label>')
      .file('flows/Refresh.flow-meta.xml', 'Flow', '<label>r</label>')
      .file(
        'externalCredentials/EC.externalCredential-meta.xml',
        'ExternalCredential',
        '<label>EC</label><externalCredentialParameters><parameterName>Me</parameterName><parameterType>NamedPrincipal</parameterType></externalCredentialParameters>',
      )
      .permissionSet(
        'Extra',
        `<customPermissions><enabled>true</enabled><name>Sees_Margins</name></customPermissions><externalCredentialPrincipalAccesses><enabled>true</enabled><externalCredentialPrincipal>EC-Me</externalCredentialPrincipal></externalCredentialPrincipalAccesses><flowAccesses><enabled>true</enabled><flow>Refresh</flow></flowAccesses>${onObject('Account', 'RF')}<userPermissions><enabled>true</enabled><name>ViewAllData</name></userPermissions>`,
      );
    start();
    const set = org.all('PermissionSet').find((one) => one['Name'] === 'Extra')!;
    add('admin', 'PermissionSetAssignment', { AssigneeId: idOf('integration'), PermissionSetId: set.Id });
    const access = org.accessOf(idOf('integration'));
    expect([access.hasCustomPermission('Sees_Margins'), access.hasPrincipal('EC-Me')]).toEqual([true, true]);
    expect([access.runsFlow('Refresh'), access.runsFlow('Other'), access.hasPermission('ViewAllData')]).toEqual([
      true,
      false,
      true,
    ]);
    expect([access.readsField('Account', 'Industry'), access.editsField('Account', 'Industry')]).toEqual([true, false]);
    expect(access.readsObject('Opportunity')).toBe(true);
    expect(access.createsObject('Lead')).toBe(false);
  });
});
