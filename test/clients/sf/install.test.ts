import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { customObject, metadataFile } from '../../simulators/salesforce/metadata/testing.ts';
import { COMPILED } from '../../support/backend.ts';
import { run, TOOL_PATH, type Ended } from '../../support/npmTool.ts';
import { ops } from '../../support/ops.ts';
import { SfHome, stockSf } from '../../support/sfCli.ts';
import { startStack, type Stack } from '../../support/stack.ts';

const ROOT = join(import.meta.dirname, '../../..');
const INSTALL_MS = 600_000;

type Outcome = {
  ok: boolean;
  message?: string;
  deploy: { state: string; clashes: { component: string; why: string; final: boolean }[] };
  steps: { name: string; state: string; text: string }[];
};

let stack: Stack;
let sim: Stack['org'];
let sf: SfHome;
let command: readonly string[];
let dataDir: string;

beforeAll(async () => {
  command = await stockSf(console.log);
  stack = await startStack({ forceApp: null });
  sim = stack.org;
  sf = new SfHome(command);
}, INSTALL_MS);
afterAll(async () => {
  sf.remove();
  await stack.stop();
});

/** Runs the script as npm does, with the CLI and the logins of this test. */
async function script(name: string, args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  return run(process.execPath, [join(ROOT, `scripts/${name}.ts`), ...args], {
    cwd: ROOT,
    env: {
      ...{ ...COMPILED, PATH: TOOL_PATH, HOME: sf.home, SF_CLI: command.at(-1)! },
      ...{ SF_USE_GENERIC_UNIX_KEYCHAIN: 'true', SF_DISABLE_TELEMETRY: 'true', ...env },
    },
  });
}

async function deploy(env: Record<string, string>, ...args: string[]): Promise<Outcome & Ended> {
  const target = args.includes('--target-org') ? [] : ['--target-org', 'org'];
  const ended = await script('org-deploy', [...target, '--data-dir', dataDir, '--json', ...args], env);
  if (ended.stdout === '') throw new Error(ended.stderr);
  const outcome = JSON.parse(ended.stdout) as Outcome;
  if (outcome.message !== undefined) throw new Error(outcome.message);
  return { ...ended, ...outcome };
}
const stateOf = ({ steps }: Outcome, name: string): string => steps.find((one) => one.name === name)?.state ?? '';

/** An org without any package, and the admin logged in to it. */
async function newOrg(): Promise<void> {
  await fetch(`${sim.url}/__sim/reset`, { method: 'POST' });
  dataDir = mkdtempSync(join(tmpdir(), 'org-deploy-'));
  const token = { SF_ACCESS_TOKEN: sim.tokenFor(sim.usernames.admin) };
  const login = ['org', 'login', 'access-token', '--instance-url', sim.url, '--no-prompt', '--alias', 'org'];
  expect(await sf.json(login, { env: token })).toMatchObject({ status: 0 });
}
async function plant(files: Record<string, string>): Promise<void> {
  const body = JSON.stringify({ files });
  const headers = { 'content-type': 'application/json' };
  const planted = await fetch(`${sim.url}/__sim/components`, { method: 'POST', headers, body });
  expect(planted.status).toBe(200);
}
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

describe('an org that has something of the same name', { timeout: 240_000 }, () => {
  beforeEach(newOrg);

  it('is left as it is where a field is of another type, whatever the person says', async () => {
    await plant({
      'objects/Account.object': metadataFile(
        'CustomObject',
        '<fields><fullName>Billing_Plan__c</fullName><label>Plan</label><precision>9</precision><scale>0</scale><type>Number</type></fields>',
      ),
    });
    const { code, deploy: outcome, steps } = await deploy({}, '--ours', 'all');
    expect(code).toBe(1);
    expect(outcome).toMatchObject({
      state: 'stopped',
      clashes: [
        {
          component: 'CustomField:Account.Billing_Plan__c',
          final: true,
          why: expect.stringContaining('of type Number; ours is Text') as string,
        },
      ],
    });
    expect(steps).toEqual([]);
    expect(sim.org.object('Usage__c')).toBeUndefined();
    expect(sim.org.object('Account')!.fields.get('Billing_Plan__c')?.type).toBe('double');
    expect(existsSync(join(dataDir, 'deployed'))).toBe(false);
  });

  it('is left as it is where a bundle or an object is another one, until the person says that it is ours', async () => {
    await plant({
      'objects/Usage__c.object': customObject('Usage of Something'),
      'lwc/ticker/ticker.js': 'export const ticker = 1;\n',
      'lwc/ticker/ticker.js-meta.xml': metadataFile(
        'LightningComponentBundle',
        '<apiVersion>66.0</apiVersion><isExposed>false</isExposed>',
      ),
    });
    const [object, bundle] = ['CustomObject:Usage__c', 'LightningComponentBundle:ticker'];
    const stopped = await script('org-deploy', ['--target-org', 'org', '--data-dir', dataDir]);
    expect(stopped.code).toBe(1);
    expect(stopped.stdout).toContain('Stopped; nothing was changed. The org has 2 components of the same name');
    for (const component of [object, bundle])
      expect(stopped.stdout).toMatch(new RegExp(`^  ${component}\n.* say so with --ours ${component}\\.$`, 'm'));
    const other = await deploy({}, '--ours', object, '--ours', bundle, '--dry-run');
    expect(other.deploy.clashes).toEqual([]);
  });
});

/** Commands of a part of the guide, one a line. */
function commandsOf(heading: string): string[] {
  const guide = readFileSync(join(ROOT, 'docs/admin-guide.md'), 'utf8');
  const part = guide.split(/^## /m).find((one) => one.startsWith(heading)) ?? '';
  return [...part.matchAll(/^```sh\n([^]*?)^```/gm)].flatMap((match) => match[1]!.trim().split('\n'));
}

describe('an installation by the commands of the admin guide', { timeout: 300_000 }, () => {
  const environment: Record<string, string> = {};
  let outcomes: Outcome[];
  const last = (): Outcome => outcomes.at(-1)!;

  /** Runs one line as a person does who puts their own names into it. */
  async function type(line: string): Promise<void> {
    const own = line
      .replaceAll('my-org', 'org')
      .replaceAll('ORG-ID', sim.orgId)
      .replaceAll('billing@example.com', sim.usernames.integration)
      .replaceAll('rep@example.com', sim.usernames.repWithoutBilling)
      .replaceAll('https://billing.example.com', stack.backend.url);
    const [program = '', ...words] = own.split(' ');
    if (own.startsWith('sf org login')) return;
    if (program === 'export') return;
    if (program === 'sf') {
      const answer = await sf.json(words);
      expect(answer.message).toBe('');
    } else if (own.startsWith('npm run ops -- ')) {
      const { code, json } = await ops(stack.env, [...words.slice(3), '--json']);
      expect(code).toBe(0);
      const { clientId, secret } = json as { clientId: string; secret: string };
      Object.assign(environment, { BILLING_360_CLIENT_ID: clientId, BILLING_360_CLIENT_SECRET: secret });
    } else {
      expect(own).toMatch(/^npm run org:deploy -- /);
      const outcome = await deploy(environment, ...words.slice(3));
      outcomes.push(outcome);
      expect(outcome.steps.filter(({ state }) => state === 'failed')).toEqual([]);
    }
  }
  beforeAll(async () => {
    await newOrg();
    outcomes = [];
  });

  it('is tried first, which changes nothing', async () => {
    const [login = '', dryRun = '', ...rest] = commandsOf('Install');
    expect([login, rest.length]).toEqual([expect.stringContaining('sf org login web --alias my-org'), 4]);
    await type(dryRun);
    expect(last()).toMatchObject({ code: 0, ok: true, deploy: { state: 'would deploy' } });
    expect(sim.org.object('Usage__c')).toBeUndefined();
    expect(sim.changes.channels.list().members).toEqual([]);
    expect(existsSync(join(dataDir, 'deployed'))).toBe(false);
  });

  it('deploys the package, grants the server its permissions and makes its channel', async () => {
    await type(commandsOf('Install')[2]!);
    expect(last().deploy.state).toBe('deployed');
    expect(stateOf(last(), 'Integration user')).toBe('done');
    expect(stateOf(last(), 'Change events')).toBe('done');
    expect(stateOf(last(), 'Test call')).toBe('skipped');
    const integration = sim.org.userNamed(sim.usernames.integration)!.Id;
    expect(sim.org.accessOf(integration).readsObject('Usage__c')).toBe(true);
    const filterExpression = `ChangeEventHeader.commitUser != '${integration}'`;
    expect(sim.changes.channels.list().members).toMatchObject([
      { selectedEntity: 'AccountChangeEvent', filterExpression },
      { selectedEntity: 'ContactChangeEvent', filterExpression },
      { selectedEntity: 'OpportunityChangeEvent', filterExpression },
      { selectedEntity: 'Billing_Request__ChangeEvent', filterExpression },
    ]);
  });

  it('connects the org with the server, and ends with a call by the real credential', async () => {
    for (const line of commandsOf('Install').slice(3)) await type(line);
    expect(last()).toMatchObject({ code: 0, deploy: { state: 'unchanged' } });
    expect(stateOf(last(), 'Secret')).toBe('done');
    expect(last().steps.at(-1)).toMatchObject({ name: 'Test call', state: 'unchanged' });
    const list = await ops(stack.env, ['org-client', 'list', '--json']);
    expect(list.json).toMatchObject([{ secrets: [{ usedAt: expect.any(String) as string }] }]);
  });

  it('changes nothing when it runs again', async () => {
    await type(commandsOf('Install').at(-1)!);
    expect(last().deploy.state).toBe('unchanged');
    expect(last().steps.filter(({ state }) => state === 'done' || state === 'failed')).toEqual([]);
  });

  it('gives people what they need by the permission sets that it names', async () => {
    for (const line of commandsOf('Who gets what')) await type(line);
    const rep = sim.org.userNamed(sim.usernames.repWithoutBilling)!.Id;
    expect(sim.org.accessOf(rep).readsObject('Usage__c')).toBe(true);
  });

  it('puts another secret in the place of the one that is set when it is asked to, and finds out that a wrong one is', async () => {
    const wrong = { ...environment, BILLING_360_CLIENT_SECRET: 'wrong' };
    const upgrade = commandsOf('Upgrade')[0]!
      .replace('my-org', 'org')
      .replace('https://billing.example.com', stack.backend.url);
    const failed = await deploy(wrong, ...upgrade.split(' ').slice(4));
    expect(failed.code).toBe(1);
    expect(failed.steps.at(-1)).toMatchObject({
      ...{ name: 'Test call', state: 'failed' },
      text: expect.stringContaining('See that the backend runs') as string,
    });
    await type(commandsOf('Upgrade')[0]!);
    expect(stateOf(last(), 'Test call')).toBe('unchanged');
  });

  it('lets whoever has the permission set of Billing operations look into the folders, once', async () => {
    const admin = { userId: sim.org.userNamed(sim.usernames.admin)!.Id };
    const set = sim.org.all('PermissionSet').find((one) => one['Name'] === 'Billing_Operations')!;
    const olive = sim.org.userNamed(sim.usernames.otherRep)!.Id;
    sim.org.insert('PermissionSetAssignment', [{ AssigneeId: olive, PermissionSetId: set.Id }], admin);
    expect(stateOf(await deploy({}), 'Report folders')).toBe('done');
    expect(sim.org.all('GroupMember')).toMatchObject([{ UserOrGroupId: olive }]);
    expect(stateOf(await deploy({}), 'Report folders')).toBe('unchanged');
    expect(sim.org.all('GroupMember')).toHaveLength(1);
  });

  it('knows what it deployed, and on a machine without that note what is the same', async () => {
    const note = join(dataDir, 'deployed', `${sim.orgId}.json`);
    expect((JSON.parse(readFileSync(note, 'utf8')) as { components: string[] }).components).toContain(
      'CustomField:Account.Billing_ARR__c',
    );
    rmSync(note);
    expect((await deploy({})).deploy).toMatchObject({ state: 'deployed', clashes: [] });
  });

  it('leaves a user of the server who is an administrator alone, and says so', async () => {
    const { code, steps } = await deploy({}, '--integration-user', sim.usernames.admin);
    expect(code).toBe(1);
    expect(steps.find(({ name }) => name === 'Integration user')).toMatchObject({
      state: 'failed',
      text: expect.stringContaining('is an administrator') as string,
    });
  });
});

describe('the CLI for whoever has none', { timeout: 60_000 }, () => {
  it('gets what follows, and ends as it ends', async () => {
    const { code, stdout } = await script('sf', ['org', 'list', '--json']);
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { status: 0 }]);
    const unknown = await script('sf', ['org', 'display', '--target-org', 'nobody', '--json']);
    expect([unknown.code, JSON.parse(unknown.stdout)]).toMatchObject([2, { name: 'NamedOrgNotFoundError' }]);
  });
});

describe('wrong words', () => {
  it.each([
    [['--nothing'], "Unknown option '--nothing'"],
    [[], 'Say which org'],
    [['--target-org', 'org', '--backend', 'billing'], '--backend takes an address'],
  ])('%j are not understood', async (args, problem) => {
    const { code, stderr } = await script('org-deploy', args);
    expect([code, stderr]).toEqual([2, expect.stringContaining(problem)]);
  });

  it('an alias that nobody is logged in to is told with what to do', { timeout: 60_000 }, async () => {
    const { code, stderr } = await script('org-deploy', ['--target-org', 'nobody', '--data-dir', dataDir]);
    expect(code).toBe(1);
    expect(stderr).toContain('Log in first: sf org login web --alias nobody');
  });
});
