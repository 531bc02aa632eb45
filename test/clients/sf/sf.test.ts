import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSalesforceSim, type RunningSalesforce } from '../../simulators/salesforce/main.ts';
import { SfHome, stockSf, type SfAnswer } from '../../support/sfCli.ts';

const INSTALL_MS = 600_000;
const CLIENT_ID = 'jwt-app-of-the-cli';

let sim: RunningSalesforce;
let command: readonly string[];
let sf: SfHome;
let files: string;
const keys = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

const file = (name: string, text: string): string => {
  const path = join(files, name);
  writeFileSync(path, text);
  return path;
};
const inOrg = (...args: string[]): Promise<SfAnswer> => sf.json([...args, '--target-org', 'org']);
const query = async (soql: string, ...args: string[]): Promise<Record<string, unknown>[]> => {
  const answer = await inOrg('data', 'query', '--query', soql, ...args);
  expect(answer.message).toBe('');
  return (answer.result as { records: Record<string, unknown>[] }).records;
};

beforeAll(async () => {
  command = await stockSf(console.log);
  files = mkdtempSync(join(tmpdir(), 'sf-files-'));
  sim = await startSalesforceSim({ connectedApps: [{ clientId: CLIENT_ID, publicKeyPem: keys.publicKey }], tls: {} });
  sf = new SfHome(command);
}, INSTALL_MS);
afterAll(async () => {
  sf.remove();
  rmSync(files, { recursive: true });
  await sim.close();
});

describe('an admin at the stock CLI', { timeout: 120_000 }, () => {
  it('logs in with an access token, sees the org, and that it is neither sandbox nor dev hub', async () => {
    const login = ['org', 'login', 'access-token', '--instance-url', sim.url, '--no-prompt', '--alias', 'org'];
    const token = { SF_ACCESS_TOKEN: sim.tokenFor(sim.usernames.admin) };
    expect(await sf.json(login, { env: token })).toMatchObject({
      status: 0,
      result: { username: sim.usernames.admin, orgId: sim.orgId, isDevHub: false },
    });
    const [org, user] = await Promise.all([inOrg('org', 'display'), inOrg('org', 'display', 'user')]);
    expect(org).toMatchObject({ status: 0, result: { id: sim.orgId, connectedStatus: 'Connected' } });
    expect(user).toMatchObject({ status: 0, result: { profileName: 'System Administrator' } });
  });

  it('creates, reads, changes and deletes a record', async () => {
    const record = (...args: string[]) => inOrg('data', ...args, '--sobject', 'Account');
    const where = ['--where', 'Name=Acme'];
    expect(await record('create', 'record', '--values', "Name=Acme Website='acme.example'")).toMatchObject({
      result: { success: true },
    });
    expect(await record('get', 'record', ...where)).toMatchObject({
      result: { Name: 'Acme', Website: 'acme.example' },
    });
    expect(await record('update', 'record', ...where, '--values', 'Phone=123')).toMatchObject({ status: 0 });
    expect(sim.org.all('Account')).toMatchObject([{ Name: 'Acme', Phone: '123' }]);
    expect(await record('delete', 'record', ...where)).toMatchObject({ status: 0 });
    expect(sim.org.all('Account')).toEqual([]);
  });

  // From here on each has records of its own, and does not wait while another waits for the org.
  it.concurrent('imports, upserts and exports in bulk', async () => {
    const bulk = (...args: string[]) => inOrg('data', ...args, '--sobject', 'Account', '--wait', '5');
    const names = file('new.csv', 'Name,Phone\nBulk One,1\nBulk Two,2\n');
    expect(await bulk('import', 'bulk', '--file', names, '--line-ending', 'LF')).toMatchObject({
      status: 0,
      result: { processedRecords: 2, successfulRecords: 2, failedRecords: 0 },
    });
    const [known] = sim.org.all('Account').filter(({ Name }) => Name === 'Bulk One');
    const changes = file('changed.csv', `Id,Phone\n${known!.Id},3\n`);
    const upserted = await bulk('upsert', 'bulk', '--file', changes, '--external-id', 'Id', '--line-ending', 'LF');
    expect(upserted.message).toBe('');
    expect(sim.org.get('Account', known!.Id)).toMatchObject({ Phone: '3' });
    const output = join(files, 'all.csv');
    const exported = await inOrg(
      ...['data', 'export', 'bulk', '--query', "SELECT Name, Phone FROM Account WHERE Name LIKE 'Bulk%' ORDER BY Name"],
      ...['--output-file', output, '--result-format', 'csv', '--wait', '5'],
    );
    expect(exported).toMatchObject({ status: 0, result: { totalSize: 2 } });
    expect(readFileSync(output, 'utf8')).toMatch(/Bulk One"?,"?3"?\n"?Bulk Two"?,"?2/);
  });

  it.concurrent('is told what is wrong with a query', async () => {
    const answer = await inOrg('data', 'query', '--query', 'SELECT Nothing__c FROM Account');
    expect(answer.code).toBe(1);
    expect(answer.message).toContain("No such column 'Nothing__c' on entity 'Account'");
  });

  it.concurrent('imports a tree and finds it again by query and search', async () => {
    const tree = {
      records: [
        {
          attributes: { type: 'Account', referenceId: 'a1' },
          Name: 'Treeful Inc',
          Contacts: { records: [{ attributes: { type: 'Contact', referenceId: 'c1' }, LastName: 'Leaf' }] },
        },
      ],
    };
    const imported = await inOrg('data', 'import', 'tree', '--files', file('tree.json', JSON.stringify(tree)));
    expect(imported).toMatchObject({ status: 0, result: [{ refId: 'a1' }, { refId: 'c1' }] });
    const [contacts, found] = await Promise.all([
      query("SELECT LastName, Account.Name FROM Contact WHERE Account.Name LIKE 'tree%'"),
      inOrg('data', 'search', '--query', 'FIND {Treeful} IN NAME FIELDS RETURNING Account(Id, Name)'),
    ]);
    expect(contacts).toMatchObject([{ LastName: 'Leaf', Account: { Name: 'Treeful Inc' } }]);
    expect(found).toMatchObject({ result: { searchRecords: [{ Name: 'Treeful Inc' }] } });
  });

  it.concurrent('tells of a row that fails in bulk', async () => {
    const bad = file('bad.csv', 'Name,Phone\n,1\nGood,2\n');
    const answer = await inOrg(
      ...['data', 'import', 'bulk', '--file', bad, '--sobject', 'Account', '--wait', '5', '--line-ending', 'LF'],
    );
    expect(answer.code).not.toBe(0);
    expect(sim.org.all('Account').map(({ Name }) => Name)).toContain('Good');
  });

  it.concurrent('reads by a table for people too', async () => {
    const printed = await sf.run(['data', 'query', '--query', 'SELECT Name FROM Organization', '--target-org', 'org']);
    expect(printed.stdout).toContain('Billing 360 Org');
  });

  it.concurrent('lists limits, objects and their fields, metadata and its types', async () => {
    const [limits, objects, describe_, metadata, types] = await Promise.all([
      inOrg('org', 'list', 'limits'),
      inOrg('sobject', 'list', '--sobject', 'custom'),
      inOrg('sobject', 'describe', '--sobject', 'Usage__c'),
      inOrg('org', 'list', 'metadata', '--metadata-type', 'PermissionSet'),
      inOrg('org', 'list', 'metadata-types'),
    ]);
    expect(limits.result).toContainEqual(expect.objectContaining({ name: 'DailyApiRequests', max: 100_000 }));
    expect(objects.result).toContain('Usage__c');
    expect((describe_.result as { fields: { name: string }[] }).fields.map(({ name }) => name)).toContain('Unit__c');
    expect(metadata.result).toContainEqual(
      expect.objectContaining({ fullName: 'Billing_Viewer', lastModifiedByName: 'Ada Admin' }),
    );
    expect(types).toMatchObject({ status: 0, result: { partialSaveAllowed: true } });
  });

  it.concurrent('assigns a permission set', async () => {
    const { userNamed } = sim.org;
    const rep = userNamed.call(sim.org, sim.usernames.repWithoutBilling)!.Id;
    expect(sim.org.accessOf(rep).readsObject('Usage__c')).toBe(false);
    const assigned = await inOrg(
      ...['org', 'assign', 'permset', '--name', 'Billing_Viewer', '--on-behalf-of', sim.usernames.repWithoutBilling],
    );
    expect(assigned.message).toBe('');
    expect(sim.org.accessOf(rep).readsObject('Usage__c')).toBe(true);
  });

  it.concurrent('asks the Tooling API, and is refused what is only data', async () => {
    expect(await query('SELECT Id, Name FROM ApexClass', '--use-tooling-api')).toEqual([]);
    const refused = await inOrg('data', 'query', '--use-tooling-api', '--query', 'SELECT Id FROM Account');
    expect(refused.message).toContain("sObject type 'Account' is not supported.");
  });

  it.concurrent('calls REST and GraphQL, and opens a page', async () => {
    const rest = sf.run(['api', 'request', 'rest', '/services/data/v66.0/limits', '--target-org', 'org']);
    const body = file('q.graphql', 'query { uiapi { query { Account(first: 1) { edges { node { Id } } } } } }');
    const graphql = sf.run(['api', 'request', 'graphql', '--body', body, '--target-org', 'org']);
    const open = inOrg('org', 'open', '--url-only', '--path', 'lightning/o/Account/list');
    expect(JSON.parse((await rest).stdout)).toHaveProperty('DailyApiRequests');
    expect(JSON.parse((await graphql).stdout)).toMatchObject({ data: { uiapi: {} }, errors: [] });
    expect((await open).result).toMatchObject({
      url: expect.stringContaining(`${sim.url}/secur/frontdoor.jsp`) as string,
    });
  });
});

describe('the backend at the stock CLI', { timeout: 120_000 }, () => {
  it('logs in by JWT over TLS, and may not deploy', async () => {
    const { tlsUrl, certificate } = sim;
    const env = { NODE_EXTRA_CA_CERTS: file('ca.pem', certificate!.cert) };
    const home = new SfHome(command, env);
    try {
      const login = await home.json([
        ...['org', 'login', 'jwt', '--client-id', CLIENT_ID, '--jwt-key-file', file('key.pem', keys.privateKey)],
        ...['--username', sim.usernames.integration, '--instance-url', tlsUrl!, '--alias', 'backend'],
      ]);
      expect(login).toMatchObject({ status: 0, result: { username: sim.usernames.integration } });
      const refused = await home.json(['org', 'list', 'metadata-types', '--target-org', 'backend']);
      expect(refused.message).toContain('use of the Metadata API requires a user with the ModifyAllData');
    } finally {
      home.remove();
    }
  });
});
