import type { Connection } from 'jsforce';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RunningSalesforce } from '../../main.ts';
import type { RowResult } from '../../org/types.ts';
import { accountOf, callsOf, connect, startTestOrg } from '../../testing.ts';

type Row = Record<string, unknown>;
let sim: RunningSalesforce;
let connection: Connection;
let accountId: string;
beforeAll(async () => {
  sim = await startTestOrg();
  connection = await connect(sim);
  accountId = accountOf(sim, 'rep');
});
afterAll(() => sim.close());

let run = 0;
beforeEach(() => void run++);
const key = (name: string | number): string => `stripe:account:${run}-${name}`;
const row = (name: string | number, fields: Row = {}): Row => ({
  Key__c: key(name),
  Account__c: accountId,
  Row_Version__c: 1,
  ...fields,
});

/** Through jsforce, which sends arrays as Collections calls. */
async function upsert(object: string, rows: Row[], allOrNone = false): Promise<RowResult[]> {
  return (await connection.upsert(object, rows, 'Key__c', { allOrNone })) as unknown as RowResult[];
}
const stored = (name: string) => sim.org.all('Billing_Account__c').find((record) => record['Key__c'] === key(name));
const refused = (statusCode: string, message: string, fields: string[]) => ({
  success: false,
  errors: [{ statusCode, message, fields }],
  created: true,
});

describe('upsert of many rows', () => {
  it('answers in the order of the rows and says which are new', async () => {
    await upsert('Billing_Account__c', [row('a')]);
    const results = await upsert('Billing_Account__c', [row('b'), row('a', { Row_Version__c: 2 }), row('c')]);
    expect(results.map(({ success, created }) => [success, created])).toEqual([
      [true, true],
      [true, false],
      [true, true],
    ]);
    expect(results.map(({ id }) => sim.org.get('Billing_Account__c', id!)!['Key__c'])).toEqual([
      key('b'),
      key('a'),
      key('c'),
    ]);
  });

  it('lets each row fail by itself; failed rows say created: true', async () => {
    const results = await upsert('Billing_Account__c', [
      row('good'),
      row('long', { Card_Last4__c: '12345' }),
      row('picklist', { Source__c: 'Sleeping' }),
      row('number', { Balance__c: 1e15 }),
      row('unknown', { Nothing__c: 1 }),
      row('date', { Bill_To_Email__c: 'nobody' }),
    ]);
    expect(results[0]).toMatchObject({ success: true });
    expect(results[1]).toEqual(
      refused('STRING_TOO_LONG', 'Card Last Four: data value too large: 12345 (max length=4)', ['Card_Last4__c']),
    );
    expect(results[2]).toEqual(
      refused('INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', 'Source: bad value for restricted picklist field: Sleeping', [
        'Source__c',
      ]),
    );
    expect(results[3]).toEqual(
      refused(
        'NUMBER_OUTSIDE_VALID_RANGE',
        'Balance: value outside of valid range on numeric field: 1000000000000000',
        ['Balance__c'],
      ),
    );
    expect(results[4]).toEqual(
      refused('INVALID_FIELD', "No such column 'Nothing__c' on sobject of type Billing_Account__c", []),
    );
    expect(results.slice(1, 5).every((result) => !('id' in result))).toBe(true);
    expect(stored('good')).toBeDefined();
    expect(stored('long')).toBeUndefined();
  });

  it('keeps nothing when allOrNone and one row fails', async () => {
    const results = await upsert('Billing_Account__c', [row('a'), row('b', { Card_Last4__c: '12345' })], true);
    expect(results.map(({ errors }) => errors[0]!.statusCode)).toEqual([
      'ALL_OR_NONE_OPERATION_ROLLED_BACK',
      'STRING_TOO_LONG',
    ]);
    expect(stored('a')).toBeUndefined();
    expect((await upsert('Billing_Account__c', [row('a')]))[0]).toMatchObject({ success: true, created: true });
  });

  it('refuses a key that stands there twice, and rows without one or with an id', async () => {
    const rows = [
      row('twice'),
      row('other'),
      row('twice'),
      { Account__c: accountId },
      { ...row('id'), Id: 'a00000000000001' },
    ];
    const records = rows.map((one) => ({ attributes: { type: 'Billing_Account__c' }, ...one }));
    const path = '/composite/sobjects/Billing_Account__c/Key__c';
    const { status, body } = await callsOf(sim, 'integration').call('PATCH', path, { records });
    expect(status).toBe(200);
    const twice = {
      statusCode: 'DUPLICATE_VALUE',
      message: `Duplicate external id specified: ${key('twice')}`,
      fields: ['Key__c'],
    };
    expect((body as RowResult[]).map(({ errors }) => errors)).toEqual([
      [twice],
      [],
      [twice],
      [{ statusCode: 'MISSING_ARGUMENT', message: 'Key__c not specified', fields: ['Key__c'] }],
      [expect.objectContaining({ statusCode: 'INVALID_FIELD', fields: ['Id'] })],
    ]);
  });

  it('follows parents by external id, and refuses those that are not there, row by row', async () => {
    await upsert('Billing_Account__c', [row('parent')]);
    const results = await upsert('Billing_Invoice__c', [
      { ...row('1'), Billing_Account__r: { Key__c: key('parent') } },
      { ...row('2'), Billing_Account__r: { Key__c: key('ABSENT') } },
      { ...row('3'), Billing_Account__r: { Number__c: '1' } },
    ]);
    expect(sim.org.get('Billing_Invoice__c', results[0]!.id!)!['Billing_Account__c']).toBe(stored('parent')!.Id);
    expect(results[1]!.errors).toEqual([
      {
        statusCode: 'INVALID_FIELD',
        message: `Foreign key external ID: ${key('absent')} not found for field Key__c in entity Billing_Account__c`,
        fields: ['Billing_Account__r'],
      },
    ]);
    expect(results[2]!.errors[0]!.statusCode).toBe('INVALID_FIELD');
  });

  it('refuses an older row version, and takes the same and a newer one', async () => {
    await upsert('Billing_Account__c', [row('v', { Row_Version__c: 5, Balance__c: 50 })]);
    const stale = refused('FIELD_CUSTOM_VALIDATION_EXCEPTION', 'A newer version of this row is already stored.', [
      'Row_Version__c',
    ]);
    expect(await upsert('Billing_Account__c', [row('v', { Row_Version__c: 4, Balance__c: 40 })])).toEqual([stale]);
    expect(await upsert('Billing_Account__c', [row('v', { Row_Version__c: null, Balance__c: 40 })])).toEqual([stale]);
    expect(stored('v')!['Balance__c']).toBe(50);
    for (const version of [5, 6])
      expect(await upsert('Billing_Account__c', [row('v', { Row_Version__c: version })])).toMatchObject([
        { success: true },
      ]);
  });

  it('reparents a detail to another Account', async () => {
    await upsert('Billing_Account__c', [row('moved')]);
    const other = accountOf(sim, 'otherRep');
    await upsert('Billing_Account__c', [row('moved', { Account__c: other, Row_Version__c: 2 })]);
    expect(stored('moved')!['Account__c']).toBe(other);
    expect(await upsert('Billing_Account__c', [row('moved', { Account__c: null, Row_Version__c: 3 })])).toMatchObject([
      { success: false, errors: [{ statusCode: 'REQUIRED_FIELD_MISSING', fields: ['Account__c'] }] },
    ]);
  });

  it('says that a row is locked while somebody else holds its Account', async () => {
    const lock = async (ms: number) =>
      fetch(`${sim.url}/__sim/lock`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ accountId, ms }),
      });
    expect((await lock(60_000)).status).toBe(200);
    const other = accountOf(sim, 'rep');
    const results = await upsert('Billing_Account__c', [row('held'), row('free', { Account__c: other })]);
    expect(results[0]!.errors).toEqual([
      {
        statusCode: 'UNABLE_TO_LOCK_ROW',
        message: `unable to obtain exclusive access to this record or 1 records: ${accountId}`,
        fields: [],
      },
    ]);
    expect(results[1]!.success).toBe(true);
    sim.org.locks.clear();
    expect((await upsert('Billing_Account__c', [row('held')]))[0]!.success).toBe(true);
  });
});

describe('the request as a whole', () => {
  const path = '/composite/sobjects/Billing_Account__c/Key__c';
  const send = async (body: unknown, to = path) => callsOf(sim, 'integration').call('PATCH', to, body);
  const typed = (fields: Row, type = 'Billing_Account__c') => ({ attributes: { type }, ...fields });

  it('has 200 rows at most', async () => {
    const records = Array.from({ length: 201 }, (_, at) => typed(row(at)));
    expect(await send({ records })).toMatchObject({ status: 400, body: [{ errorCode: 'EXCEEDED_ID_LIMIT' }] });
    expect((await send({ records: records.slice(1) })).body).toHaveLength(200);
  });

  it('has rows of one type, named in each', async () => {
    const records = [typed(row('a')), typed(row('b'), 'Billing_Invoice__c')];
    expect(await send({ records })).toMatchObject({ status: 400, body: [{ errorCode: 'INVALID_INPUT' }] });
    expect(await send({ records: [row('a')] })).toMatchObject({ status: 400, body: [{ errorCode: 'INVALID_TYPE' }] });
  });

  it('is refused as a whole when a value has the wrong JSON type', async () => {
    const records = [typed(row('fine')), typed(row('a', { Balance__c: 'ten' }))];
    expect(await send({ records })).toMatchObject({ status: 400, body: [{ errorCode: 'JSON_PARSER_ERROR' }] });
    expect(stored('fine')).toBeUndefined();
  });

  it('names an external id', async () => {
    const answer = await send({ records: [typed(row('a'))] }, '/composite/sobjects/Billing_Account__c/Number__c');
    expect(answer).toMatchObject({ status: 404, body: [{ errorCode: 'NOT_FOUND' }] });
    expect((await send({ records: [] })).status).toBe(400);
    expect(await send({ rows: [] })).toMatchObject({ body: [{ errorCode: 'JSON_PARSER_ERROR' }] });
  });
});

describe('create, update, delete and retrieve of many', () => {
  it('work through jsforce with mixed failures', async () => {
    const rep = await connect(sim, 'rep');
    const made = await rep.create('Account', [{ Name: 'One' }, { Name: '' }], { allOrNone: false });
    expect(made.map(({ success }) => success)).toEqual([true, false]);
    const id = made[0]!.id!;
    const gone = accountOf(sim, 'rep');
    sim.org.remove('Account', [gone], { userId: sim.org.userNamed(sim.usernames.rep)!.Id });
    const changed = (await rep.update('Account', [
      { Id: id, Name: 'Two' },
      { Id: '001000000000001AAA', Name: 'x' },
      { Id: gone, Name: 'x' },
    ])) as unknown as RowResult[];
    expect(changed.map(({ success, errors }) => errors[0]?.statusCode ?? success)).toEqual([
      true,
      'INVALID_CROSS_REFERENCE_KEY',
      'ENTITY_IS_DELETED',
    ]);
    expect(await rep.retrieve('Account', [id, gone, '001000000000001AAA'])).toMatchObject([
      { Name: 'Two' },
      null,
      null,
    ]);
    const deleted = (await rep.destroy('Account', [id, gone])) as unknown as RowResult[];
    expect(deleted.map(({ success }) => success)).toEqual([true, false]);
  });

  it('save different types in one call, all or none', async () => {
    const rep = callsOf(sim, 'rep');
    const records = [
      { attributes: { type: 'Account' }, Name: 'Mixed' },
      { attributes: { type: 'Contact' }, LastName: 'Mixed', AccountId: accountId },
      { attributes: { type: 'Contact' }, AccountId: accountId },
    ];
    const { body } = await rep.call('POST', '/composite/sobjects', { allOrNone: true, records });
    expect((body as RowResult[]).map(({ errors }) => errors[0]!.statusCode)).toEqual([
      'ALL_OR_NONE_OPERATION_ROLLED_BACK',
      'ALL_OR_NONE_OPERATION_ROLLED_BACK',
      'REQUIRED_FIELD_MISSING',
    ]);
    expect(sim.org.all('Account').some((record) => record['Name'] === 'Mixed')).toBe(false);
    const kept = await rep.call('POST', '/composite/sobjects', { records });
    expect((kept.body as RowResult[]).map(({ success }) => success)).toEqual([true, true, false]);
  });
});

describe('deletes and merges', () => {
  it('take details along, empty lookups, and are seen by queryAll only', async () => {
    const account = accountOf(sim, 'rep');
    const [parent] = await upsert('Billing_Account__c', [row('p')]);
    const [invoice] = await upsert('Billing_Invoice__c', [
      { ...row('i', { Account__c: account }), Billing_Account__r: { Key__c: key('p') } },
    ]);
    await connection.sobject('Billing_Account__c').destroy(parent!.id!);
    expect(sim.org.get('Billing_Invoice__c', invoice!.id!)).toMatchObject({ Billing_Account__c: null });
    sim.org.remove('Account', [account], { userId: sim.org.userNamed(sim.usernames.rep)!.Id });
    expect(sim.org.get('Billing_Invoice__c', invoice!.id!)).toBeNull();
    const query = `SELECT Id, IsDeleted FROM Billing_Invoice__c WHERE Key__c = '${key('i')}'`;
    expect((await connection.query(query)).totalSize).toBe(0);
    expect((await connection.query(query, { scanAll: true })).records).toMatchObject([{ IsDeleted: true }]);
  });

  it('a merge moves the details and names the master on the loser', async () => {
    const [master, loser] = [accountOf(sim, 'rep'), accountOf(sim, 'rep')];
    await upsert('Billing_Account__c', [row('m', { Account__c: loser })]);
    const response = await fetch(`${sim.url}/__sim/merge`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ masterId: master, loserId: loser }),
    });
    expect(response.status).toBe(200);
    expect(stored('m')!['Account__c']).toBe(master);
    const merged = await connection.query(`SELECT MasterRecordId FROM Account WHERE Id = '${loser}'`, {
      scanAll: true,
    });
    expect(merged.records).toMatchObject([{ MasterRecordId: master }]);
  });
});
