import { join, resolve } from 'node:path';
import { readOptions } from './arguments.ts';
import { deployPackage, type DeployOutcome } from './org/deploy.ts';
import { Org, SetupFault } from './org/org.ts';
import { Sf } from './org/sf.ts';
import { runSetup, type StepOutcome } from './org/setup/setup.ts';
import { buildPackage } from './package/build.ts';

const help = `Installs Billing 360 into an org and sets it up; run it again after an upgrade, or to see that all is well.

npm run org:deploy -- --target-org ALIAS   an org that the Salesforce CLI is logged in to, as an administrator
  --dry-run                  says what it would do and changes nothing
  --backend URL              address of the backend as the org reaches it
  --integration-user NAME    username of the user that the backend logs in as
  --replace-secret           puts the secret of the environment in the place of the one that is set
  --ours COMPONENT           an earlier version of Billing 360 left this component; may be repeated, all for all
  --js                       deploys bundles in JavaScript, for an org that does not take TypeScript
  --data-dir DIR             where it notes what is ours in which org (default .data)
  --json                     answers programs

BILLING_360_CLIENT_ID and BILLING_360_CLIENT_SECRET: what the org authenticates with (npm run ops -- org-client add).
Exit code 0: all is well; 1: something is to be done first, as told; 2: not understood.`;

const options = readOptions(help, {
  'target-org': { type: 'string' },
  'dry-run': { type: 'boolean', default: false },
  backend: { type: 'string' },
  'integration-user': { type: 'string' },
  'replace-secret': { type: 'boolean', default: false },
  ours: { type: 'string', multiple: true, default: [] },
  js: { type: 'boolean', default: false },
  'data-dir': { type: 'string', default: '.data' },
  json: { type: 'boolean', default: false },
});
const alias = options['target-org'];
if (alias === undefined) misunderstood('Say which org: --target-org ALIAS');
const { backend } = options;
if (backend !== undefined && !/^https?:\/\//.test(backend))
  misunderstood(`--backend takes an address such as https://billing.example.com, not "${backend}".`);
const { BILLING_360_CLIENT_ID: clientId = '', BILLING_360_CLIENT_SECRET: clientSecret = '' } = process.env;
if ((clientId === '') !== (clientSecret === ''))
  misunderstood('BILLING_360_CLIENT_ID and BILLING_360_CLIENT_SECRET belong together: set both or none.');

const say = (text: string): void => void (options.json || console.log(text));
const dryRun = options['dry-run'];
const root = resolve(import.meta.dirname, '..');
const dataDir = resolve(options['data-dir']);

try {
  const sf = await Sf.find(root, say);
  const org = await Org.open(sf, alias);
  const project = options.js ? buildPackage({ root, out: join(dataDir, 'package') }) : root;
  say(`Comparing with ${alias} (${org.id}) ...`);
  const deploy = await deployPackage(sf, org, { alias, dryRun, project, dataDir, ours: options.ours });
  say(wordsOf(deploy));
  const steps: StepOutcome[] = [];
  if (deploy.state !== 'stopped')
    steps.push(
      ...(await runSetup(
        {
          ...{ sf, org, project, isSame: deploy.state === 'unchanged' },
          options: {
            ...{ alias, dryRun, backend: backend ?? null, replaceSecret: options['replace-secret'] },
            integrationUser: options['integration-user'] ?? null,
            client: clientId === '' ? null : { id: clientId, secret: clientSecret },
          },
        },
        ({ name, state, text }) => say(`${state.padEnd(10)}${name}: ${text}`),
      )),
    );
  const isWell = deploy.state !== 'stopped' && steps.every(({ state }) => state !== 'failed');
  if (options.json) console.log(JSON.stringify({ ok: isWell, orgId: org.id, deploy, steps }, null, 2));
  process.exitCode = isWell ? 0 : 1;
} catch (error) {
  if (!(error instanceof SetupFault)) throw error;
  if (options.json) console.log(JSON.stringify({ ok: false, message: error.message }, null, 2));
  else console.error(error.message);
  process.exitCode = 1;
}

function wordsOf({ state, comparison, clashes }: DeployOutcome): string {
  if (state === 'unchanged') return 'unchanged Package: the org has this version already.';
  if (state === 'stopped')
    return [
      `Stopped; nothing was changed. The org has ${clashes.length} components of the same name that Billing 360 did not make:`,
      ...clashes.map(({ component, why }) => `  ${component}\n    ${why}`),
    ].join('\n');
  const counts = `${comparison.missing.length} new components, ${comparison.other.length} changed`;
  return state === 'deployed' ? `done      Package: ${counts}.` : `would     Package: ${counts}; the org takes it.`;
}

function misunderstood(text: string): never {
  console.error(`${text}\n\n${help}`);
  process.exit(2);
}
