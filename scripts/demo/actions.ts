import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { Connection } from 'jsforce';
import { manifest } from '../../test/simulators/salesforce/metadata/testing.ts';
import { USERS } from '../../test/simulators/salesforce/org/seed.ts';
import { ops } from '../../test/support/ops.ts';
import type { Stack } from '../../test/support/stack.ts';
import { API_VERSION, Org, quoted } from '../org/org.ts';
import { calloutAddress, secret, tokenEndpoint } from '../org/setup/credential.ts';
import { grant } from '../org/setup/people.ts';
import type { SetupOptions, StepResult } from '../org/setup/step.ts';

const ACCESS = 'Billing_Callout_Access';
const ACCESS_FILE = join(
  import.meta.dirname,
  `../../unpackaged/post-install/permissionsets/${ACCESS}.permissionset-meta.xml`,
);

/** What the org authenticates with, as `npm run ops -- org-client add` prints it. */
export type OrgSecret = { clientId: string; secret: string };

type SimulatedOrg = Pick<Stack, 'org'>;

/**
 * A client of the backend for the org, made by the operator's command and remembered for the next start.
 * @param folder kept between starts; null makes a new one
 */
export async function orgSecret({ env }: Pick<Stack, 'env'>, folder: string | null): Promise<OrgSecret> {
  const file = folder === null ? null : join(folder, 'org-client.json');
  if (file !== null && existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as OrgSecret;
  const { code, json, err } = await ops(env, ['org-client', 'add', env['SALESFORCE_ORG_ID']!, '--json']);
  if (code !== 0) throw new Error(`No client could be made for the org: ${err}`);
  const { clientId, secret } = json as OrgSecret;
  if (file !== null) writeFileSync(file, JSON.stringify({ clientId, secret }), { mode: 0o600 });
  return { clientId, secret };
}

/** Deploys what no package holds: the permission set with the principal. */
async function deployAccess(stack: SimulatedOrg): Promise<void> {
  const { url, tokenFor } = stack.org;
  const { metadata } = new Connection({ instanceUrl: url, accessToken: tokenFor(USERS.admin), version: API_VERSION });
  metadata.pollInterval = 20;
  const zip = zipSync({
    'package.xml': strToU8(manifest({ PermissionSet: [ACCESS] })),
    [`permissionsets/${ACCESS}.permissionset`]: readFileSync(ACCESS_FILE),
  });
  const result = await metadata
    .deploy(Buffer.from(zip).toString('base64'), { rollbackOnError: true, singlePackage: true })
    .complete(true);
  if (!result.success) throw new Error(`The org did not take ${ACCESS}: ${JSON.stringify(result.details)}`);
}

const orgOf = ({ org }: SimulatedOrg): Org =>
  new Org({ id: org.orgId, username: USERS.admin, instanceUrl: org.url }, org.tokenFor(USERS.admin));
const OPTIONS: SetupOptions = {
  alias: '',
  dryRun: false,
  integrationUser: null,
  backend: null,
  client: null,
  replaceSecret: true,
};
async function done(step: Promise<StepResult>): Promise<void> {
  const { state, text } = await step;
  if (state === 'failed' || state === 'skipped') throw new Error(text);
}

/** Sets the secret of the principal, whether it has one or not. @throws Error with what the org said */
export function setSecret(stack: SimulatedOrg, { clientId: id, secret: value }: OrgSecret): Promise<void> {
  return done(secret.run({ org: orgOf(stack), options: { ...OPTIONS, client: { id, secret: value } } }));
}

/**
 * What an admin does after installing so that people can act on billing: principal access, address, token endpoint and
 * secret, by the steps of `npm run org:deploy`.
 * @param backend its address
 * @throws Error with what the org said
 */
export async function connectActions(stack: SimulatedOrg, backend: string, client: OrgSecret): Promise<void> {
  // First: a deploy puts address and token endpoint back to what the metadata says.
  await deployAccess(stack);
  const context = { org: orgOf(stack), options: { ...OPTIONS, backend } };
  await done(calloutAddress.run(context));
  await done(tokenEndpoint.run(context));
  await setSecret(stack, client);
}

/** Assigns permission sets to a person, those that he has not yet. */
export async function assign(
  stack: SimulatedOrg,
  username: string,
  names: readonly string[] = ['Billing_Agent', ACCESS],
): Promise<void> {
  const org = orgOf(stack);
  const [user] = await org.query<{ Id: string }>(`SELECT Id FROM User WHERE Username = ${quoted(username)}`);
  if (!user) throw new Error(`The org has no user ${username}.`);
  for (const name of names) await done(grant({ org, options: OPTIONS }, { id: user.Id, username }, name));
}
