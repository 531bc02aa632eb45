import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { Connection } from 'jsforce';
import { manifest } from '../../test/simulators/salesforce/metadata/testing.ts';
import { USERS } from '../../test/simulators/salesforce/org/seed.ts';
import { ops } from '../../test/support/ops.ts';
import type { Stack } from '../../test/support/stack.ts';

const NAME = 'Billing_360';
const ACCESS = 'Billing_Callout_Access';
const ACCESS_FILE = join(
  import.meta.dirname,
  `../../unpackaged/post-install/permissionsets/${ACCESS}.permissionset-meta.xml`,
);

/** What the org authenticates with, as `npm run ops -- org-client add` prints it. */
export type OrgSecret = { clientId: string; secret: string };

type Org = Pick<Stack, 'org'>;

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

const admin = ({ org }: Org) =>
  new Connection({ instanceUrl: org.url, accessToken: org.tokenFor(USERS.admin), version: '66.0' });

/** Deploys what no package holds: the permission set with the principal. */
async function deployAccess(stack: Org): Promise<void> {
  const { metadata } = admin(stack);
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

/** Sets the secret of the principal, whether it has one or not (Connect REST API, "Credential"). */
export async function setSecret(stack: Org, { clientId, secret }: OrgSecret): Promise<void> {
  const connection = admin(stack);
  const principal = { externalCredential: NAME, principalName: NAME, principalType: 'NamedPrincipal' };
  const path = '/named-credentials/credential';
  const { authenticationStatus } = await connection.request<{ authenticationStatus: string }>(
    `${path}?${new URLSearchParams(principal).toString()}`,
  );
  const credentials = { clientId: { value: clientId }, clientSecret: { value: secret, encrypted: true } };
  const body = { ...principal, authenticationProtocol: 'OAuth', credentials };
  if (authenticationStatus === 'Configured') await connection.requestPut(path, body);
  else await connection.requestPost(path, body);
}

/**
 * What an admin does after installing so that people can act on billing: principal access, address, token endpoint and
 * secret, by the APIs of a real org.
 * @param url of the backend, without a slash at its end
 * @throws Error with what the org said
 */
export async function connectActions(stack: Org, url: string, secret: OrgSecret): Promise<void> {
  // First: a deploy puts address and token endpoint back to what the metadata says.
  await deployAccess(stack);
  const connection = admin(stack);
  await connection.requestPut(`/named-credentials/named-credential-setup/${NAME}`, { calloutUrl: url });
  await connection.requestPut(`/named-credentials/external-credentials/${NAME}`, {
    parameters: [
      { parameterName: 'AuthProviderUrl', parameterType: 'AuthProviderUrl', parameterValue: `${url}/oauth/token` },
    ],
  });
  await setSecret(stack, secret);
}

/** Assigns permission sets to a person, those that he has not yet. */
export async function assign(
  stack: Org,
  username: string,
  names: readonly string[] = ['Billing_Agent', ACCESS],
): Promise<void> {
  const connection = admin(stack);
  const user = await connection.sobject('User').findOne({ Username: username }, ['Id']);
  for (const name of names) {
    const set = await connection.sobject('PermissionSet').findOne({ Name: name }, ['Id']);
    if (!user || !set) throw new Error(`The org has no user ${username} or no permission set ${name}.`);
    const assignment = { AssigneeId: user.Id!, PermissionSetId: set.Id! };
    const known = await connection.sobject('PermissionSetAssignment').findOne(assignment, ['Id']);
    if (!known) await connection.sobject('PermissionSetAssignment').create(assignment);
  }
}
