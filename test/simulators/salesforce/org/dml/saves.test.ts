import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SimClock } from '../../../kit/clock.ts';
import { createOrg, type SimulatedOrg } from '../org.ts';
import { USERS } from '../seed.ts';
import { MetadataFolder } from '../testing/metadataFolder.ts';
import type { RowError, SRecord } from '../types.ts';

const NOW = '2026-11-21T09:30:00.000Z';
let folder: MetadataFolder;
let org: SimulatedOrg;
let clock: SimClock;
let userId: string;

function start(personAccounts = false): void {
  clock = new SimClock(Date.parse(NOW) - Date.now());
  org = createOrg({ clock, forceApp: folder.path, personAccounts });
  userId = org.userNamed(USERS.admin)!.Id;
}
beforeEach(() => {
  folder = new MetadataFolder();
  start();
});
afterEach(() => folder.remove());

function add(object: string, row: Record<string, unknown>): SRecord {
  const [result] = org.insert(object, [row], { userId });
  expect(result!.errors).toEqual([]);
  return org.get(object, result!.id!)!;
}
const errors = (object: string, row: Record<string, unknown>): RowError[] => {
  const save = 'Id' in row ? org.update(object, [row], { userId }) : org.insert(object, [row], { userId });
  return save[0]!.errors;
};
const code = (object: string, row: Record<string, unknown>): string | undefined => errors(object, row)[0]?.statusCode;
const read = (object: string, { Id }: { Id: string }): SRecord => org.get(object, Id)!;

const deal = { Name: 'Deal', StageName: 'Prospecting', CloseDate: '2026-12-31' };

describe('Opportunities', () => {
  it('take what their stage says, unless it is written', () => {
    const made = add('Opportunity', { ...deal, Amount: 1000 });
    expect(made).toMatchObject({ IsClosed: false, IsWon: false, Probability: 10, ForecastCategoryName: 'Pipeline' });
    expect(made).toMatchObject({ ExpectedRevenue: 100, FiscalYear: 2026, FiscalQuarter: 4, Fiscal: '2026 4' });
    expect(code('Opportunity', { Id: made.Id, StageName: 'Negotiation/Review', Probability: 40 })).toBeUndefined();
    expect(read('Opportunity', made)).toMatchObject({ Probability: 40, ExpectedRevenue: 400 });
    expect(code('Opportunity', { Id: made.Id, StageName: 'Closed Won' })).toBeUndefined();
    expect(read('Opportunity', made)).toMatchObject({ IsClosed: true, IsWon: true, Probability: 100 });
    expect(read('Opportunity', made)).toMatchObject({
      ForecastCategory: 'Closed',
      LastStageChangeDate: expect.any(String),
    });
  });

  it('miss nothing that was given but is wrong', () => {
    expect(errors('Opportunity', { ...deal, Name: 'x'.repeat(121) })).toMatchObject([
      { statusCode: 'STRING_TOO_LONG', fields: ['Name'] },
    ]);
    expect(errors('Billing_Account__c', { Key__c: 'k', Account__r: { Billing_Key__c: 'nope' } })).toMatchObject([
      { statusCode: 'INVALID_FIELD', fields: ['Account__r'] },
    ]);
  });

  it('take no amount of more digits than there are', () => {
    for (const Amount of [1e16, 1e20, -1e21, 1e30])
      expect(code('Opportunity', { ...deal, Amount })).toBe('NUMBER_OUTSIDE_VALID_RANGE');
    expect(add('Opportunity', { ...deal, Amount: 999_999_999_999.99 })['Amount']).toBe(999_999_999_999.99);
  });

  it('miss all that is missing at once', () => {
    expect(errors('Opportunity', { Amount: 1 })).toEqual([
      {
        statusCode: 'REQUIRED_FIELD_MISSING',
        message: 'Required fields are missing: [Name, StageName, CloseDate]',
        fields: ['Name', 'StageName', 'CloseDate'],
      },
    ]);
  });

  it('have the sum of their products as Amount, which cannot be written then', () => {
    const book = org.all('Pricebook2').find((one) => one['IsStandard'])!;
    const product = add('Product2', { Name: 'Seat', ProductCode: 'S', IsActive: true });
    const entry = add('PricebookEntry', {
      Pricebook2Id: book.Id,
      Product2Id: product.Id,
      UnitPrice: 10,
      IsActive: true,
    });
    const opportunity = add('Opportunity', { ...deal, Amount: 5, Pricebook2Id: book.Id });
    const line = { OpportunityId: opportunity.Id, PricebookEntryId: entry.Id };
    const first = add('OpportunityLineItem', { ...line, Quantity: 3, UnitPrice: 9.99, Discount: 10 });
    expect(first).toMatchObject({
      TotalPrice: 26.97,
      Subtotal: 29.97,
      ListPrice: 10,
      Name: 'Deal Seat',
      ProductCode: 'S',
    });
    const second = add('OpportunityLineItem', {
      OpportunityId: opportunity.Id,
      Product2Id: product.Id,
      Quantity: 2,
      TotalPrice: 20,
    });
    expect(second).toMatchObject({ UnitPrice: 10, PricebookEntryId: entry.Id });
    expect(read('Opportunity', opportunity)).toMatchObject({
      Amount: 46.97,
      HasOpportunityLineItem: true,
      TotalOpportunityQuantity: 5,
    });
    expect(code('Opportunity', { Id: opportunity.Id, Amount: 1, NextStep: 'call' })).toBeUndefined();
    expect(read('Opportunity', opportunity)).toMatchObject({ Amount: 46.97, NextStep: 'call' });
    org.remove('OpportunityLineItem', [first.Id], { userId });
    expect(read('Opportunity', opportunity)).toMatchObject({ Amount: 20, HasOpportunityLineItem: true });
    expect(code('OpportunityLineItem', { ...line, Quantity: 1, UnitPrice: 1, TotalPrice: 1 })).toBe(
      'FIELD_INTEGRITY_EXCEPTION',
    );
    expect(code('OpportunityLineItem', { ...line, Quantity: 0, UnitPrice: 1 })).toBe('FIELD_INTEGRITY_EXCEPTION');
    expect(code('OpportunityLineItem', { ...line, UnitPrice: 1 })).toBe('REQUIRED_FIELD_MISSING');
    expect(
      code('OpportunityLineItem', { ...line, OpportunityId: add('Opportunity', deal).Id, Quantity: 1, UnitPrice: 1 }),
    ).toBe('FIELD_INTEGRITY_EXCEPTION');
    expect(org.remove('Product2', [product.Id], { userId })[0]!.errors[0]!.statusCode).toBe('DELETE_FAILED');
  });

  it('need a standard price before a price of another book', () => {
    const product = add('Product2', { Name: 'Seat', IsActive: true });
    const book = add('Pricebook2', { Name: 'Partners', IsActive: true });
    const standard = org.all('Pricebook2').find((one) => one['IsStandard'])!;
    const price = { Pricebook2Id: book.Id, Product2Id: product.Id, UnitPrice: 8 };
    expect(code('PricebookEntry', price)).toBe('STANDARD_PRICE_NOT_DEFINED');
    add('PricebookEntry', { ...price, Pricebook2Id: standard.Id, UnitPrice: 10 });
    expect(add('PricebookEntry', { ...price, UseStandardPrice: true })['UnitPrice']).toBe(10);
    expect(code('PricebookEntry', price)).toBe('DUPLICATE_VALUE');
    expect(org.remove('Pricebook2', [standard.Id], { userId })[0]!.errors[0]!.statusCode).toBe('DELETE_FAILED');
  });

  it('have one primary contact role', () => {
    const opportunity = add('Opportunity', deal);
    const role = (name: string) =>
      add('OpportunityContactRole', {
        OpportunityId: opportunity.Id,
        ContactId: add('Contact', { LastName: name }).Id,
        IsPrimary: true,
      });
    const [first, second] = [role('Ada'), role('Bo')];
    expect([read('OpportunityContactRole', first)['IsPrimary'], second['IsPrimary']]).toEqual([false, true]);
  });
});

describe('Cases, activities and contracts', () => {
  it('number Cases, close them by their status, and take the Account of the Contact', () => {
    const account = add('Account', { Name: 'Acme' });
    const contact = add('Contact', { LastName: 'Ada', AccountId: account.Id });
    const made = add('Case', { ContactId: contact.Id, Subject: 'Help' });
    expect(made).toMatchObject({ CaseNumber: '00001000', AccountId: account.Id, IsClosed: false, Status: 'New' });
    expect(code('Case', { Id: made.Id, Status: 'Closed' })).toBeUndefined();
    expect(read('Case', made)).toMatchObject({ IsClosed: true, ClosedDate: expect.stringContaining('2026-11-21') });
    expect(org.remove('Contact', [contact.Id], { userId })[0]!.errors[0]!.statusCode).toBe('DELETE_FAILED');
  });

  it('relate activities to the Account behind what they are about', () => {
    const account = add('Account', { Name: 'Acme' });
    const opportunity = add('Opportunity', { ...deal, AccountId: account.Id });
    expect(add('Task', { WhatId: opportunity.Id, Status: 'Completed', Priority: 'High' })).toMatchObject({
      AccountId: account.Id,
      IsClosed: true,
      IsHighPriority: true,
    });
    const lead = add('Lead', { LastName: 'Lea', Company: 'Leads' });
    expect(code('Task', { WhoId: lead.Id, WhatId: account.Id })).toBe('FIELD_INTEGRITY_EXCEPTION');
    const event = { Subject: 'Call', StartDateTime: '2026-11-22T10:00:00Z' };
    expect(add('Event', { ...event, DurationInMinutes: 90 })['EndDateTime']).toBe('2026-11-22T11:30:00.000+0000');
    expect(code('Event', event)).toBe('REQUIRED_FIELD_MISSING');
    expect(code('Event', { ...event, EndDateTime: '2026-11-21T10:00:00Z' })).toBe('FIELD_INTEGRITY_EXCEPTION');
  });

  it('begin Contracts as drafts and keep activated ones activated', () => {
    const account = add('Account', { Name: 'Acme' });
    expect(code('Contract', { AccountId: account.Id, Status: 'Activated' })).toBe('FAILED_ACTIVATION');
    const made = add('Contract', { AccountId: account.Id, StartDate: '2026-01-31', ContractTerm: 1 });
    expect(made).toMatchObject({ ContractNumber: '00000101', StatusCode: 'Draft', EndDate: '2026-02-27' });
    expect(code('Contract', { Id: made.Id, Status: 'Activated' })).toBeUndefined();
    expect(read('Contract', made)).toMatchObject({ StatusCode: 'Activated', ActivatedById: userId });
    expect(code('Contract', { Id: made.Id, Status: 'Draft' })).toBe('INVALID_STATUS');
    expect(org.remove('Contract', [made.Id], { userId })[0]!.errors[0]!.statusCode).toBe('DELETE_FAILED');
  });

  it('take people into a Campaign once', () => {
    const campaign = add('Campaign', { Name: 'Autumn' });
    const lead = add('Lead', { FirstName: 'Lea', LastName: 'Lee', Company: 'Leads' });
    const member = add('CampaignMember', { CampaignId: campaign.Id, LeadId: lead.Id, Status: 'Responded' });
    expect(member).toMatchObject({ Name: 'Lea Lee', CompanyOrAccount: 'Leads', HasResponded: true });
    expect(code('CampaignMember', { CampaignId: campaign.Id, LeadId: lead.Id })).toBe('DUPLICATE_VALUE');
    expect(code('CampaignMember', { CampaignId: campaign.Id })).toBe('REQUIRED_FIELD_MISSING');
  });
});

describe('Person Accounts', () => {
  it('are not there unless the org has them', () => {
    expect(code('Account', { LastName: 'Ada' })).toBe('INVALID_FIELD');
  });

  it('have a Contact of their own and a name made of two', () => {
    folder.field('Contact', 'Level__c', 'Text', '<length>10</length>');
    start(true);
    const person = add('Account', {
      FirstName: 'Ada',
      LastName: 'Byron',
      PersonEmail: 'ada@x.example',
      Level__pc: 'gold',
    });
    expect(person).toMatchObject({ Name: 'Ada Byron', IsPersonAccount: true });
    const contact = org.get('Contact', String(person['PersonContactId']))!;
    expect(contact).toMatchObject({
      AccountId: person.Id,
      LastName: 'Byron',
      Email: 'ada@x.example',
      Level__c: 'gold',
    });
    expect(code('Account', { Id: person.Id, LastName: 'Lovelace' })).toBeUndefined();
    expect(read('Contact', contact)).toMatchObject({ Name: 'Ada Lovelace' });
    expect(code('Account', { Id: person.Id, Name: 'Acme' })).toBe('INVALID_FIELD_FOR_INSERT_UPDATE');
    expect(code('Contact', { Id: contact.Id, LastName: 'X' })).toBe('INSUFFICIENT_ACCESS_OR_READONLY');
    expect(code('Contact', { LastName: 'X', AccountId: person.Id })).toBe('INVALID_CROSS_REFERENCE_KEY');
    const business = add('Account', { Name: 'Acme' });
    expect(business).toMatchObject({ IsPersonAccount: false });
    expect(code('Account', { Id: business.Id, PersonEmail: 'a@x.example' })).toBe('INVALID_FIELD_FOR_INSERT_UPDATE');
    org.remove('Account', [person.Id], { userId });
    expect(org.get('Contact', contact.Id)).toBeNull();
  });
});

describe('the recycle bin', () => {
  it('gives a record back with its details and the lookups that it emptied', () => {
    const account = add('Account', { Name: 'Acme' });
    const contact = add('Contact', { LastName: 'Ada', AccountId: account.Id });
    const child = add('Account', { Name: 'Acme East', ParentId: account.Id });
    const heard: string[] = [];
    org.onCommit(({ changes }) => heard.push(...changes.map(({ object, type }) => `${type} ${object.name}`)));
    org.remove('Account', [account.Id], { userId });
    expect([org.get('Contact', contact.Id), read('Account', child)['ParentId']]).toEqual([null, null]);
    expect(org.undelete('Contact', [contact.Id], { userId })[0]!.errors[0]!.statusCode).toBe('UNDELETE_FAILED');
    expect(org.undelete('Account', [account.Id], { userId })[0]).toMatchObject({ success: true, id: account.Id });
    expect(read('Contact', contact)).toMatchObject({ AccountId: account.Id });
    expect(read('Account', child)['ParentId']).toBe(account.Id);
    expect(heard).toEqual(
      expect.arrayContaining(['DELETE Account', 'DELETE Contact', 'UNDELETE Account', 'UNDELETE Contact']),
    );
    expect(org.undelete('Account', [account.Id], { userId })[0]!.errors[0]!.statusCode).toBe('UNDELETE_FAILED');
  });

  it('keeps deleted records for 15 days, and forgets them for good when it is emptied', () => {
    const [first, second] = [add('Account', { Name: 'A' }), add('Account', { Name: 'B' })];
    org.remove('Account', [first.Id, second.Id], { userId });
    expect(org.emptyRecycleBin('Account', [first.Id], { userId })[0]!.success).toBe(true);
    expect(org.undelete('Account', [first.Id], { userId })[0]!.errors[0]!.statusCode).toBe(
      'INVALID_CROSS_REFERENCE_KEY',
    );
    clock.setOffset(clock.offsetMs + 16 * 86_400_000);
    expect(org.undelete('Account', [second.Id], { userId })[0]!.errors[0]!.statusCode).toBe('UNDELETE_FAILED');
  });

  it('gives no detail back whose master was deleted after it, and empties other references that lead nowhere', () => {
    const account = add('Account', { Name: 'Acme' });
    const east = add('Account', { Name: 'Acme East', ParentId: account.Id });
    const row = { Key__c: 'stripe:account:1', Account__c: account.Id, Row_Version__c: 1 };
    const detail = add('Billing_Account__c', row);
    org.remove('Billing_Account__c', [detail.Id], { userId });
    org.remove('Account', [east.Id], { userId });
    org.remove('Account', [account.Id], { userId });
    const undelete = (object: string, id: string) => org.undelete(object, [id], { userId })[0]!;
    expect(undelete('Billing_Account__c', detail.Id).errors[0]!.statusCode).toBe('UNDELETE_FAILED');
    expect(undelete('Account', east.Id).success).toBe(true);
    expect(read('Account', east)).toMatchObject({ ParentId: null });
    expect(undelete('Account', account.Id).success).toBe(true);
    expect(undelete('Billing_Account__c', detail.Id).success).toBe(true);
    expect(read('Billing_Account__c', detail)).toMatchObject({ Account__c: account.Id });
  });

  it('does not give back what is no longer unique', () => {
    const row = { Key__c: 'stripe:connection:1', Row_Version__c: 1 };
    const old = add('Billing_Connection__c', row);
    org.remove('Billing_Connection__c', [old.Id], { userId });
    add('Billing_Connection__c', row);
    expect(org.undelete('Billing_Connection__c', [old.Id], { userId })[0]!.errors[0]!.statusCode).toBe(
      'DUPLICATE_VALUE',
    );
  });
});

describe('merges', () => {
  it('give the master what the losers had, with the values to take over', () => {
    const [master, loser, third] = [
      add('Account', { Name: 'Acme' }),
      add('Account', { Name: 'ACME Inc' }),
      add('Account', { Name: 'Acme Ltd' }),
    ];
    const contact = add('Contact', { LastName: 'Ada', AccountId: loser.Id });
    const result = org.merge('Account', { Id: master.Id, Phone: '1' }, [loser.Id, third.Id], { userId });
    expect(result).toMatchObject({ success: true, id: master.Id });
    expect(read('Contact', contact)['AccountId']).toBe(master.Id);
    expect(read('Account', master)['Phone']).toBe('1');
    expect(org.store.find(org.object('Account')!, loser.Id)).toMatchObject({
      IsDeleted: true,
      MasterRecordId: master.Id,
    });
    expect(org.undelete('Account', [loser.Id], { userId })[0]!.success).toBe(true);
    expect(read('Account', loser)).toMatchObject({ IsDeleted: false, MasterRecordId: null });
  });

  it('are refused for other objects, for themselves, and for more than two losers', () => {
    const ids = ['A', 'B', 'C', 'D'].map((Name) => add('Account', { Name }).Id);
    const merged = (object: string, master: string, losers: string[]) =>
      org.merge(object, { Id: master }, losers, { userId }).errors[0]?.statusCode;
    expect(merged('Account', ids[0]!, [ids[0]!])).toBe('INVALID_ID_FIELD');
    expect(merged('Account', ids[0]!, ids.slice(1))).toBe('INVALID_ID_FIELD');
    const product = [add('Product2', { Name: 'A' }).Id, add('Product2', { Name: 'B' }).Id];
    expect(merged('Product2', product[0]!, [product[1]!])).toBe('INVALID_TYPE');
    expect(org.all('Account')).toHaveLength(4);
  });
});

describe('duplicate rules', () => {
  const matching = `<matchingRules><fullName>Same_Company</fullName><label>Same company</label><matchingRuleItems><blankValueBehavior>NullNotAllowed</blankValueBehavior><fieldName>Name</fieldName><matchingMethod>CompanyName</matchingMethod></matchingRuleItems><ruleStatus>Active</ruleStatus></matchingRules>`;
  const rule = (action: string): string =>
    `<actionOnInsert>${action}</actionOnInsert><actionOnUpdate>Allow</actionOnUpdate><alertText>Use the other one</alertText><duplicateRuleMatchRules><matchRuleSObjectType>Account</matchRuleSObjectType><matchingRule>Same_Company</matchingRule></duplicateRuleMatchRules><isActive>true</isActive><masterLabel>Companies</masterLabel>${action === 'Allow' ? '<operationsOnInsert>Alert</operationsOnInsert>' : ''}<securityOption>BypassSharingRules</securityOption><sortOrder>1</sortOrder>`;
  const withRule = (action: string): void => {
    folder
      .file('matchingRules/Account.matchingRule-meta.xml', 'MatchingRules', matching)
      .file('duplicateRules/Account.Companies.duplicateRule-meta.xml', 'DuplicateRule', rule(action));
    start();
  };

  it('stop what they match, however it is written', () => {
    withRule('Block');
    const acme = add('Account', { Name: 'Acme, Inc.' });
    const [error] = errors('Account', { Name: 'The ACME Corporation' });
    expect(error).toMatchObject({
      statusCode: 'DUPLICATES_DETECTED',
      message: 'Use the other one',
      duplicateResult: {
        allowSave: false,
        duplicateRule: 'Companies',
        matchResults: [
          {
            rule: 'Same_Company',
            matchEngine: 'FuzzyMatchEngine',
            matchRecords: [{ record: { type: 'Account', Id: acme.Id } }],
          },
        ],
      },
    });
    const allowed = org.insert('Account', [{ Name: 'ACME' }], { userId, allowDuplicates: true });
    expect(allowed[0]!.errors[0]!.statusCode).toBe('DUPLICATES_DETECTED');
    expect(code('Account', { Name: 'Acme East' })).toBeUndefined();
  });

  it('that only warn let pass who says so', () => {
    withRule('Allow');
    add('Account', { Name: 'Acme' });
    expect(errors('Account', { Name: 'acme' })[0]!.duplicateResult!.allowSave).toBe(true);
    expect(org.insert('Account', [{ Name: 'acme' }], { userId, allowDuplicates: true })[0]!.success).toBe(true);
  });

  it('need a matching rule that is there', () => {
    folder.file('duplicateRules/Account.Companies.duplicateRule-meta.xml', 'DuplicateRule', rule('Block'));
    expect(() => start()).toThrow('no active MatchingRule named Account.Same_Company found');
  });
});

describe('what saves run into', () => {
  it('keeps the Account locked for as long as a slow transaction lasts', () => {
    const account = add('Account', { Name: 'Acme' });
    org.locks.holdMs = 60_000;
    const contact = { LastName: 'Ada', AccountId: account.Id };
    const both = org.insert('Contact', [contact, contact], { userId });
    expect(both.map((result) => result.success)).toEqual([true, true]);
    expect(code('Opportunity', { ...deal, AccountId: account.Id })).toBe('UNABLE_TO_LOCK_ROW');
    expect(code('Account', { Id: account.Id, Phone: '1' })).toBe('UNABLE_TO_LOCK_ROW');
    expect(code('Account', { Name: 'Another' })).toBeUndefined();
    org.locks.clear();
    expect(code('Account', { Id: account.Id, Phone: '1' })).toBeUndefined();
  });

  it('locks records in approval for all but admins', () => {
    userId = org.userNamed(USERS.rep)!.Id;
    const account = add('Account', { Name: 'Acme' });
    org.approvals.add(account.Id);
    expect(code('Account', { Id: account.Id, Phone: '1' })).toBe('ENTITY_IS_LOCKED');
    expect(org.remove('Account', [account.Id], { userId })[0]!.errors[0]!.statusCode).toBe('ENTITY_IS_LOCKED');
    userId = org.userNamed(USERS.admin)!.Id;
    expect(code('Account', { Id: account.Id, Phone: '1' })).toBeUndefined();
  });

  it('fails as a trigger of somebody else makes it fail', () => {
    org.triggers.set([{ object: 'Account', operation: 'insert', message: 'AccountTrigger: boom', times: 1 }]);
    expect(errors('Account', { Name: 'Acme' })).toEqual([
      { statusCode: 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', message: 'AccountTrigger: boom', fields: [] },
    ]);
    expect(code('Account', { Name: 'Acme' })).toBeUndefined();
  });

  it('refuses what no API may write', () => {
    expect(code('Profile', { Name: 'Mine' })).toBe('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY');
    expect(org.remove('User', [org.userNamed(USERS.rep)!.Id], { userId })[0]!.errors[0]!.statusCode).toBe(
      'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
    );
  });

  it('refuses owners who cannot own', () => {
    const account = add('Account', { Name: 'Acme' });
    const integration = org.userNamed(USERS.repWithoutBilling)!.Id;
    org.update('User', [{ Id: integration, IsActive: false }], { userId });
    expect(code('Account', { Id: account.Id, OwnerId: integration })).toBe('INACTIVE_OWNER_OR_USER');
    const made = add('Case', { Subject: 'Help' });
    const queue = add('Group', { Name: 'Support', Type: 'Queue' });
    expect(code('Case', { Id: made.Id, OwnerId: queue.Id })).toBe('INVALID_CROSS_REFERENCE_KEY');
    add('QueueSobject', { QueueId: queue.Id, SobjectType: 'Case' });
    expect(code('Case', { Id: made.Id, OwnerId: queue.Id })).toBeUndefined();
    expect(code('Account', { Id: account.Id, OwnerId: queue.Id })).toBe('FIELD_INTEGRITY_EXCEPTION');
  });

  it('refuses circles of Accounts', () => {
    const parent = add('Account', { Name: 'A' });
    const child = add('Account', { Name: 'B', ParentId: parent.Id });
    expect(code('Account', { Id: parent.Id, ParentId: child.Id })).toBe('CIRCULAR_DEPENDENCY');
  });

  it('stays fast with many records', () => {
    const account = add('Account', { Name: 'Acme' });
    const rows = Array.from({ length: 20_000 }, (_, at) => ({ LastName: `Contact ${at}`, AccountId: account.Id }));
    const from = performance.now();
    expect(org.insert('Contact', rows, { userId }).every((result) => result.success)).toBe(true);
    expect(performance.now() - from).toBeLessThan(10_000);
  });
});
