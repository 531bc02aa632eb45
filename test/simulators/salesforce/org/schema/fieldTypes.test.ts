import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SimClock } from '../../../kit/clock.ts';
import { createOrg, type SimulatedOrg } from '../org.ts';
import { USERS } from '../seed.ts';
import { MetadataFolder } from '../testing/metadataFolder.ts';
import type { FieldValue, RowError } from '../types.ts';

const NOW = '2026-11-21T09:30:00.000Z';
const values = (...names: string[]): string =>
  `<valueSet><restricted>true</restricted><valueSetDefinition>${names.map((name) => `<value><fullName>${name}</fullName><default>false</default><label>${name} it is</label></value>`).join('')}</valueSetDefinition></valueSet>`;

let folder: MetadataFolder;
beforeEach(() => (folder = new MetadataFolder()));
afterEach(() => folder.remove());

const start = (): SimulatedOrg =>
  createOrg({ clock: new SimClock(Date.parse(NOW) - Date.now()), forceApp: folder.path });
const admin = (org: SimulatedOrg): { userId: string } => ({ userId: org.userNamed(USERS.admin)!.Id });

function saved(org: SimulatedOrg, object: string, row: Record<string, unknown>): string {
  const [result] = org.insert(object, [row], admin(org));
  expect(result!.errors).toEqual([]);
  return result!.id!;
}
function refused(org: SimulatedOrg, object: string, row: Record<string, unknown>): RowError[] {
  return org.insert(object, [row], admin(org))[0]!.errors;
}
function shown(org: SimulatedOrg, objectName: string, id: string, ...names: string[]): FieldValue[] {
  const object = org.object(objectName)!;
  return names.map((name) => org.value(object, org.get(objectName, id)!, org.field(object, name)!, admin(org).userId));
}

describe('field types of force-app', () => {
  it('keep values as an org does', () => {
    folder
      .object('Thing__c', 'Private')
      .field('Thing__c', 'Note__c', 'TextArea')
      .field('Thing__c', 'Rich__c', 'Html', '<length>32768</length><visibleLines>10</visibleLines>')
      .field('Thing__c', 'Price__c', 'Currency', '<precision>10</precision><scale>2</scale>')
      .field('Thing__c', 'Share__c', 'Percent', '<precision>5</precision><scale>1</scale>')
      .field('Thing__c', 'Opens__c', 'Time')
      .field('Thing__c', 'Tags__c', 'MultiselectPicklist', `${values('a', 'b', 'c')}<visibleLines>3</visibleLines>`);
    const org = start();
    const row = {
      Note__c: ' n ',
      Rich__c: '<b>x</b>',
      Price__c: 1.005,
      Share__c: 12.34,
      Opens__c: '09:30:00Z',
      Tags__c: 'c;a',
    };
    const record = org.get('Thing__c', saved(org, 'Thing__c', row))!;
    expect(record).toMatchObject({ Note__c: 'n', Rich__c: '<b>x</b>', Price__c: 1.01, Share__c: 12.3 });
    expect(record).toMatchObject({ Opens__c: '09:30:00.000Z', Tags__c: 'a;c' });
    expect(refused(org, 'Thing__c', { Tags__c: 'a;x', Note__c: 'n'.repeat(256) }).map((one) => one.statusCode)).toEqual(
      ['INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', 'STRING_TOO_LONG'],
    );
    expect(() => refused(org, 'Thing__c', { Opens__c: '25:00' })).toThrow('Cannot deserialize instance of time');
  });

  it('number records by themselves, by the name field too', () => {
    folder
      .object(
        'Ticket__c',
        'ReadWrite',
        '<nameField><displayFormat>T-{0000}</displayFormat><label>No</label><startingNumber>7</startingNumber><type>AutoNumber</type></nameField>',
      )
      .field('Ticket__c', 'Serial__c', 'AutoNumber', '<displayFormat>S{0}</displayFormat>');
    const org = start();
    saved(org, 'Ticket__c', {});
    expect(org.get('Ticket__c', saved(org, 'Ticket__c', {}))).toMatchObject({ Name: 'T-0008', Serial__c: 'S2' });
    expect(refused(org, 'Ticket__c', { Name: 'mine' })[0]).toMatchObject({
      statusCode: 'INVALID_FIELD_FOR_INSERT_UPDATE',
    });
  });

  it('take defaults from formulas', () => {
    folder
      .object('Thing__c', 'Private')
      .field('Thing__c', 'Due__c', 'Date', '<defaultValue>TODAY() + 30</defaultValue>')
      .field('Thing__c', 'Kind__c', 'Text', '<defaultValue>&quot;new&quot;</defaultValue><length>20</length>');
    const org = start();
    expect(org.get('Thing__c', saved(org, 'Thing__c', {}))).toMatchObject({ Due__c: '2026-12-21', Kind__c: 'new' });
    expect(org.get('Thing__c', saved(org, 'Thing__c', { Kind__c: 'old' }))).toMatchObject({ Kind__c: 'old' });
  });

  it('roll details up over two levels, and take the masters rules with them', () => {
    const link = (to: string, list: string): string =>
      `<referenceTo>${to}</referenceTo><relationshipName>${list}</relationshipName><relationshipOrder>0</relationshipOrder>`;
    const rollup = (operation: string, more: string): string =>
      `<summaryForeignKey>Part__c.Thing__c</summaryForeignKey><summaryOperation>${operation}</summaryOperation>${more}`;
    folder
      .object('Thing__c', 'ControlledByParent')
      .field('Thing__c', 'Account__c', 'MasterDetail', link('Account', 'Things'))
      .object('Part__c', 'ControlledByParent')
      .field('Part__c', 'Thing__c', 'MasterDetail', link('Thing__c', 'Parts'))
      .field('Part__c', 'Cost__c', 'Currency', '<precision>10</precision><scale>2</scale>')
      .field('Part__c', 'Used__c', 'Checkbox', '<defaultValue>false</defaultValue>')
      .field('Thing__c', 'Parts__c', 'Summary', rollup('count', ''))
      .field(
        'Thing__c',
        'Cost__c',
        'Summary',
        rollup(
          'sum',
          '<summarizedField>Part__c.Cost__c</summarizedField><summaryFilterItems><field>Part__c.Used__c</field><operation>equals</operation><value>True</value></summaryFilterItems>',
        ),
      )
      .field(
        'Account',
        'Thing_Cost__c',
        'Summary',
        '<summarizedField>Thing__c.Cost__c</summarizedField><summaryForeignKey>Thing__c.Account__c</summaryForeignKey><summaryOperation>max</summaryOperation>',
      )
      .rule('Thing__c', 'Cheap', 'Cost__c > 100', 'Too dear');
    const org = start();
    const account = saved(org, 'Account', { Name: 'Acme' });
    const thing = saved(org, 'Thing__c', { Account__c: account });
    expect(org.get('Thing__c', thing)).toMatchObject({ Parts__c: 0, Cost__c: 0 });
    const part = saved(org, 'Part__c', { Thing__c: thing, Cost__c: 40.1, Used__c: true });
    saved(org, 'Part__c', { Thing__c: thing, Cost__c: 20.2, Used__c: true });
    saved(org, 'Part__c', { Thing__c: thing, Cost__c: 99 });
    expect(org.get('Thing__c', thing)).toMatchObject({ Parts__c: 3, Cost__c: 60.3 });
    expect(org.get('Account', account)).toMatchObject({ Thing_Cost__c: 60.3 });
    expect(refused(org, 'Part__c', { Thing__c: thing, Cost__c: 50, Used__c: true })[0]).toMatchObject({
      statusCode: 'FIELD_CUSTOM_VALIDATION_EXCEPTION',
      message: 'Too dear',
    });
    org.remove('Part__c', [part], admin(org));
    expect(org.get('Account', account)).toMatchObject({ Thing_Cost__c: 20.2 });
    org.undelete('Part__c', [part], admin(org));
    expect(org.get('Thing__c', thing)).toMatchObject({ Parts__c: 3, Cost__c: 60.3 });
  });

  it('work formulas of every type out, over parents, other formulas and who asks', () => {
    folder
      .object('Thing__c', 'Private')
      .field(
        'Thing__c',
        'Account__c',
        'Lookup',
        '<referenceTo>Account</referenceTo><relationshipName>Things</relationshipName>',
      )
      .field('Thing__c', 'Rate__c', 'Percent', '<precision>5</precision><scale>2</scale>')
      .formula('Thing__c', 'Owner_Of_Account__c', 'Text', "Account__r.Owner.Name & ' of ' & Account__r.Name")
      .formula('Thing__c', 'Shout__c', 'Text', 'UPPER(Owner_Of_Account__c)')
      .formula('Thing__c', 'Due__c', 'Date', 'DATEVALUE(CreatedDate) + 10')
      .formula('Thing__c', 'Later__c', 'DateTime', 'CreatedDate + 1')
      .formula('Thing__c', 'Part__c', 'Currency', 'Rate__c * 1000')
      .formula('Thing__c', 'Half__c', 'Percent', 'Rate__c / 2')
      .formula('Thing__c', 'Mine__c', 'Checkbox', 'OwnerId = $User.Id');
    const org = start();
    const account = saved(org, 'Account', { Name: 'Acme' });
    const id = saved(org, 'Thing__c', { Account__c: account, Rate__c: 12.5 });
    expect(shown(org, 'Thing__c', id, 'Owner_Of_Account__c', 'Shout__c', 'Due__c')).toEqual([
      'Ada Admin of Acme',
      'ADA ADMIN OF ACME',
      '2026-12-01',
    ]);
    expect(shown(org, 'Thing__c', id, 'Part__c', 'Half__c', 'Mine__c')).toEqual([125, 6.25, true]);
    const [created, later] = shown(org, 'Thing__c', id, 'CreatedDate', 'Later__c').map((at) => Date.parse(String(at)));
    expect(later! - created!).toBe(86_400_000);
  });

  it('say every rule that is broken', () => {
    folder
      .object('Thing__c', 'Private')
      .rule('Thing__c', 'A', 'LEN(Name) < 3', 'Too short')
      .rule('Thing__c', 'B', "NOT(BEGINS(Name, 'T'))", 'Not T');
    const org = start();
    expect(refused(org, 'Thing__c', { Name: 'x' }).map((one) => one.message)).toEqual(['Too short', 'Not T']);
  });
});

describe('record types', () => {
  const recordType =
    '<fullName>Partner</fullName><active>true</active><label>Partner</label><picklistValues><picklist>Kind__c</picklist><values><fullName>b</fullName><default>false</default></values></picklistValues>';
  const visible =
    '<recordTypeVisibilities><recordType>Account.Partner</recordType><visible>true</visible></recordTypeVisibilities>';

  it('are chosen by those who may, and leave their values of a picklist', () => {
    folder
      .field('Account', 'Kind__c', 'Picklist', values('a', 'b'))
      .file('objects/Account/recordTypes/Partner.recordType-meta.xml', 'RecordType', recordType)
      .permissionSet('Partners', visible);
    const org = start();
    const [type] = org.all('RecordType');
    expect(type).toMatchObject({ DeveloperName: 'Partner', SobjectType: 'Account', IsActive: true });
    const row = { Name: 'Acme', RecordTypeId: type!.Id };
    expect(refused(org, 'Account', { ...row, Kind__c: 'a' })[0]).toMatchObject({
      statusCode: 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
    });
    saved(org, 'Account', { ...row, Kind__c: 'b' });
    const rep = { userId: org.userNamed(USERS.rep)!.Id };
    expect(org.insert('Account', [row], rep)[0]!.errors[0]).toMatchObject({
      statusCode: 'INVALID_CROSS_REFERENCE_KEY',
      fields: ['RecordTypeId'],
    });
  });
});

describe('metadata that a deploy refuses', () => {
  const lookup = '<referenceTo>Account</referenceTo><relationshipName>Things</relationshipName>';

  it.each<[string, (folder: MetadataFolder) => MetadataFolder, string]>([
    [
      'a long text that is too short',
      (f) => f.field('Account', 'X__c', 'LongTextArea', '<length>100</length><visibleLines>3</visibleLines>'),
      '<length> must be from 256',
    ],
    ['a checkbox without default', (f) => f.field('Account', 'X__c', 'Checkbox'), "Must specify 'defaultValue'"],
    [
      'a name with two underscores',
      (f) => f.field('Account', 'X__Y__c', 'Date'),
      'can only contain alphanumeric characters',
    ],
    [
      'a key that cannot be one',
      (f) => f.field('Account', 'X__c', 'Date', '<externalId>true</externalId>'),
      "Can not specify 'externalId'",
    ],
    [
      'a required lookup that is emptied',
      (f) => f.field('Usage__c', 'X__c', 'Lookup', `<required>true</required>${lookup}`),
      'cascade delete or restrict delete',
    ],
    [
      'a value set of others',
      (f) => f.field('Account', 'X__c', 'Picklist', '<valueSet><valueSetName>Colors</valueSetName></valueSet>'),
      'needs <valueSetDefinition>',
    ],
    ['a value twice', (f) => f.field('Account', 'X__c', 'Picklist', values('a', 'a')), 'Duplicate value: a'],
    [
      'a lookup filter',
      (f) => f.field('Account', 'X__c', 'Lookup', `${lookup}<lookupFilter><active>true</active></lookupFilter>`),
      '<lookupFilter> is not supported',
    ],
    ['a formula of another type', (f) => f.formula('Account', 'X__c', 'Date', "'today'"), 'its formula gives text'],
    [
      'a formula over nothing',
      (f) => f.formula('Account', 'X__c', 'Text', 'Parent.Nothing__c'),
      'uses Parent.Nothing__c',
    ],
    [
      'formulas in a circle',
      (f) => f.formula('Account', 'X__c', 'Text', 'Y__c').formula('Account', 'Y__c', 'Text', 'X__c'),
      'refers to itself',
    ],
    [
      'a summary without a master',
      (f) =>
        f.field(
          'Account',
          'X__c',
          'Summary',
          '<summaryForeignKey>Contact.AccountId</summaryForeignKey><summaryOperation>count</summaryOperation>',
        ),
      'is no master-detail field',
    ],
    [
      'a default of another type',
      (f) => f.field('Account', 'X__c', 'Date', '<defaultValue>1</defaultValue>'),
      'its formula gives number',
    ],
    [
      'permissions that need others',
      (f) =>
        f.permissionSet(
          'P',
          '<objectPermissions><allowRead>true</allowRead><allowEdit>true</allowEdit><modifyAllRecords>true</modifyAllRecords><viewAllRecords>true</viewAllRecords><object>Account</object></objectPermissions>',
        ),
      'Permission Modify All Account depends on permission(s): Delete',
    ],
    [
      'a detail without its master',
      (f) =>
        f.permissionSet(
          'P',
          '<objectPermissions><allowRead>true</allowRead><object>Usage__c</object></objectPermissions>',
        ),
      'Permission Read Usage__c depends on permission(s): Read Account',
    ],
    [
      'all of a detail without all of its master',
      (f) =>
        f.permissionSet(
          'P',
          '<objectPermissions><allowRead>true</allowRead><object>Account</object></objectPermissions><objectPermissions><allowRead>true</allowRead><object>Contract</object><viewAllRecords>true</viewAllRecords></objectPermissions>',
        ),
      'Permission Read All Contract depends on permission(s): Read All Account',
    ],
    [
      'a field that has no field-level security',
      (f) =>
        f.permissionSet(
          'P',
          '<fieldPermissions><field>OpportunityLineItem.UnitPrice</field><readable>true</readable></fieldPermissions>',
        ),
      'You cannot deploy to a required field: OpportunityLineItem.UnitPrice',
    ],
    [
      'a part of an address',
      (f) =>
        f.permissionSet(
          'P',
          '<fieldPermissions><field>Account.BillingCity</field><readable>true</readable></fieldPermissions>',
        ),
      'no CustomField named Account.BillingCity found',
    ],
    [
      'an unknown user permission',
      (f) =>
        f.permissionSet('P', '<userPermissions><enabled>true</enabled><name>FlyToTheMoon</name></userPermissions>'),
      'Unknown user permission: FlyToTheMoon',
    ],
    [
      'a flow that is not there',
      (f) => f.permissionSet('P', '<flowAccesses><enabled>true</enabled><flow>Nope</flow></flowAccesses>'),
      'no Flow named Nope found',
    ],
    [
      'an Apex class',
      (f) => f.permissionSet('P', '<classAccesses><apexClass>Nope</apexClass><enabled>true</enabled></classAccesses>'),
      'no ApexClass named Nope found',
    ],
    [
      'a principal that is not there',
      (f) =>
        f.permissionSet(
          'P',
          '<externalCredentialPrincipalAccesses><enabled>true</enabled><externalCredentialPrincipal>EC-Me</externalCredentialPrincipal></externalCredentialPrincipalAccesses>',
        ),
      'no ExternalCredential named EC found',
    ],
    [
      'permission set groups',
      (f) => f.file('permissionsetgroups/G.permissionsetgroup-meta.xml', 'PermissionSetGroup', '<label>G</label>'),
      'groups are not supported',
    ],
  ])('%s stops the start', (_what, change, message) => {
    change(folder);
    expect(start).toThrow(message);
  });
});
