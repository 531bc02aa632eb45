import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSalesforceSim, type RunningSalesforce } from '../../simulators/salesforce/main.ts';
import { readXml, writeXml } from '../../simulators/salesforce/metadata/xml/document.ts';
import { SfHome, stockSf } from '../../support/sfCli.ts';
import { SfProject } from './project.ts';

const FORCE_APP = join(import.meta.dirname, '../../../force-app/main/default');
const INSTALL_MS = 600_000;

type DeployedFile = { state: string; fullName: string; error?: string; lineNumber?: number; filePath?: string };
type Deployed = { status: string; numberComponentsTotal: number; numberComponentErrors: number; files: DeployedFile[] };

let sim: RunningSalesforce;
let sf: SfHome;
let project: SfProject;

const deploy = (...args: string[]) =>
  sf.json(['project', 'deploy', 'start', '--target-org', 'org', '--wait', '5', ...args], { cwd: project.folder });

async function logIn(): Promise<void> {
  const token = { SF_ACCESS_TOKEN: sim.tokenFor(sim.usernames.admin) };
  const login = ['org', 'login', 'access-token', '--instance-url', sim.url, '--no-prompt', '--alias', 'org'];
  expect(await sf.json(login, { env: token })).toMatchObject({ status: 0 });
}

/** An org without any package, an admin at the stock CLI who is logged in, and a copy of the project. */
beforeAll(async () => {
  const command = await stockSf(console.log);
  sim = await startSalesforceSim({ forceApp: null });
  sf = new SfHome(command);
  await logIn();
}, INSTALL_MS);
afterAll(async () => {
  sf.remove();
  await sim.close();
});

describe('the stock CLI deploys the package', { timeout: 120_000 }, () => {
  beforeAll(() => {
    project = new SfProject();
  });
  afterAll(() => project.remove());

  /** Files of the project as parsed XML, or as they are. */
  const contentsOf = (folder: string): Map<string, string> =>
    new Map(
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && !entry.parentPath.includes('__tests__'))
        .map((entry) => {
          const path = join(entry.parentPath, entry.name);
          const text = readFileSync(path, 'utf8');
          return [path.slice(folder.length), path.endsWith('-meta.xml') ? writeXml(readXml(text)) : text];
        }),
    );

  it('only tries it when asked to, and leaves the org as it was', async () => {
    const tried = await deploy('--source-dir', 'force-app', '--dry-run');
    expect(tried).toMatchObject({ code: 0, result: { status: 'Succeeded', checkOnly: true } });
    expect(sim.org.object('Usage__c')).toBeUndefined();
  });

  it('with success onto an empty org, which then has its objects, permission sets and rules', async () => {
    const deployed = await deploy('--source-dir', 'force-app');
    const { status, numberComponentErrors, files } = deployed.result as Deployed;
    expect({ code: deployed.code, status, numberComponentErrors }).toEqual({
      code: 0,
      status: 'Succeeded',
      numberComponentErrors: 0,
    });
    expect(new Set(files.map((file) => file.state))).toEqual(new Set(['Created']));
    expect(sim.org.object('Usage__c')?.fields.has('Unit__c')).toBe(true);
    expect(sim.org.all('PermissionSet').map((record) => record['Name'])).toContain('Billing_Viewer');
    expect(sim.org.object('Account')?.validationRules).toHaveLength(1);
  });

  it('retrieves it again without a difference', async () => {
    const retrieved = await sf.json(
      ['project', 'retrieve', 'start', '--source-dir', 'force-app', '--target-org', 'org', '--wait', '5'],
      { cwd: project.folder },
    );
    expect(retrieved).toMatchObject({ code: 0, result: { success: true } });
    expect(contentsOf(join(project.folder, 'force-app/main/default'))).toEqual(contentsOf(FORCE_APP));
  });

  it('finds nothing changed when it deploys the same over REST', async () => {
    const again = await sf.json(
      ['project', 'deploy', 'start', '--source-dir', 'force-app', '--target-org', 'org', '--wait', '5'],
      { cwd: project.folder, env: { SF_ORG_METADATA_REST_DEPLOY: 'true' } },
    );
    const { status, files } = again.result as Deployed;
    expect(status).toBe('Succeeded');
    expect(new Set(files.map((file) => file.state))).toEqual(new Set(['Unchanged']));
    expect(sim.ctx.calls.counts.get('POST /metadata/deployRequest')).toBe(1);
  });

  it('deletes a field in the project and in the org, with what its records held and who was granted it', async () => {
    const admin = { userId: sim.org.userNamed(sim.usernames.admin)!.Id };
    sim.org.insert('Account', [{ Name: 'Acme' }], admin);
    const deleted = await sf.json(
      [
        ...['project', 'delete', 'source', '--metadata', 'CustomField:Account.Billing_Lifetime_Value__c'],
        ...['--target-org', 'org', '--no-prompt'],
      ],
      { cwd: project.folder },
    );
    expect(deleted).toMatchObject({ code: 0, result: { status: 'Succeeded' } });
    expect(sim.org.object('Account')!.fields.has('Billing_Lifetime_Value__c')).toBe(false);
    expect(sim.org.all('Account')[0]).not.toHaveProperty('Billing_Lifetime_Value__c');
  });
});

describe('a deploy of the stock CLI that fails', { timeout: 120_000 }, () => {
  const field = 'objects/Usage__c/fields';
  const viewer = 'permissionsets/Billing_Viewer.permissionset-meta.xml';
  let files: DeployedFile[];
  let table: { code: number; stdout: string; stderr: string };

  const failureOf = (fullName: string): DeployedFile | undefined =>
    files.find((file) => file.state === 'Failed' && file.fullName === fullName);

  /** One deploy with one fault of each kind, since an org tells every failing component. */
  beforeAll(async () => {
    project = new SfProject();
    await fetch(`${sim.url}/__sim/reset`, { method: 'POST' });
    await logIn();
    project.replace(
      'flexipages/Billing_360_Account.flexipage-meta.xml',
      'billing360</componentName>',
      'nothing</componentName>',
    );
    project.replace(`${field}/Unit__c.field-meta.xml`, '</CustomField>', '<shoeSize>44</shoeSize></CustomField>');
    project.replace(
      'objects/Billing_Balance__c/fields/Account__c.field-meta.xml',
      '<referenceTo>Account',
      '<referenceTo>Nobody__c',
    );
    project.replace('lwc/billingUsage/billingUsage.html', 'heading={labels.heading}', 'heading={labels.heading()}');
    project.replace('lwc/textUtils/textUtils.ts', /^/, 'enum Day { Monday }\n');
    project.replace('lwc/ticker/ticker.ts', /^/, "import FIELD from '@salesforce/schema/Account.Nothing__c';\n");
    project.replace(viewer, 'Account.Billing_ARR__c', 'Account.Nothing__c');
    project.replace(
      'permissionsets/Integration_Write.permissionset-meta.xml',
      'Account.Billing_ARR__c',
      'Billing_Invoice__c.Key__c',
    );
    const args = ['--source-dir', 'force-app'];
    const [json, plain] = await Promise.all([
      deploy(...args),
      sf.run(['project', 'deploy', 'start', '--target-org', 'org', '--wait', '5', ...args], { cwd: project.folder }),
    ]);
    expect(json).toMatchObject({ code: 1, message: '' });
    files = (json.result as Deployed).files;
    table = plain;
  });
  afterAll(() => project.remove());

  it.each<[string, string, Partial<DeployedFile>]>([
    [
      'an unknown element',
      'Usage__c',
      { error: expect.stringContaining('shoeSize invalid at this location in type CustomField') as string },
    ],
    [
      'a lookup to an object that is not there',
      'Billing_Balance__c.Account__c',
      { error: "referenceTo value of 'Nobody__c' does not resolve to a valid sObject type" },
    ],
    [
      'a template that does not compile',
      'billingUsage',
      { error: expect.stringContaining('LWC1060') as string, lineNumber: 2 },
    ],
    [
      'TypeScript that cannot be stripped',
      'textUtils',
      { error: expect.stringContaining('enum') as string, lineNumber: 1 },
    ],
    [
      'a reference to a field that is not there',
      'ticker',
      {
        error: expect.stringContaining(
          'Invalid reference Account.Nothing__c of type sobjectField in file ticker.ts',
        ) as string,
      },
    ],
    ['a permission on what is not there', 'Billing_Viewer', { error: expect.stringContaining('found') as string }],
    [
      'a page with an unknown component',
      'Billing_360_Account',
      { error: expect.stringContaining('c:nothing') as string },
    ],
  ])('names %s', (_kind, fullName, expected) => {
    expect(failureOf(fullName)).toMatchObject(expected);
  });

  it('prints a table with files, lines and problems, and ends with 1', () => {
    expect(table.code).toBe(1);
    const printed = table.stdout + table.stderr;
    expect(printed).toContain('billingUsage');
    expect(printed).toContain('LWC1060');
    expect(printed).toContain('does not resolve to a valid sObject type');
  });

  it('leaves the org as it was', () => {
    expect(sim.org.object('Usage__c')).toBeUndefined();
    expect(sim.org.all('PermissionSet').map((record) => record['Name'])).not.toContain('Billing_Viewer');
  });

  it('refuses access to a required field', async () => {
    project.remove();
    project = new SfProject();
    project.replace(viewer, 'Billing_Account__c.Balance__c', 'Billing_Account__c.Key__c');
    const { code, result } = await deploy('--source-dir', 'force-app');
    expect(code).toBe(1);
    expect((result as Deployed).files.filter((file) => file.state === 'Failed')).toEqual([
      expect.objectContaining({
        fullName: 'Billing_Viewer',
        error: expect.stringContaining('You cannot deploy to a required field: Billing_Account__c.Key__c') as string,
      }),
    ]);
  });

  it('names the file that is no XML', async () => {
    project.replace(viewer, '</label>', '');
    const { code, result } = await deploy('--source-dir', 'force-app/main/default/permissionsets');
    expect(code).toBe(1);
    expect((result as Deployed).files).toContainEqual(
      expect.objectContaining({
        fullName: 'Billing_Viewer',
        error: expect.stringContaining('Error parsing file: The element type "label" must be terminated') as string,
      }),
    );
  });
});
