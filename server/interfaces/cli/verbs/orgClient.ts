import { id18 } from '../../../domain/billingAccount/salesforceId.ts';
import { orgPin } from '../../../sync/operate/org.ts';
import {
  addClientAs,
  listClients,
  retireClientSecretAs,
  revokeClientAs,
  rotateClientAs,
  type ClientEntry,
  type NewSecret,
} from '../../../sync/operate/orgClients.ts';
import { SCOPES, type Scope } from '../../../workflows/ports/orgClients.ts';
import { ago, count, table } from '../text.ts';
import { isSet, Refusal, textOf, UsageError, type Answer, type Context, type Input, type Verb } from '../verb.ts';

const isScope = (text: string): text is Scope => (SCOPES as readonly string[]).includes(text);

const secretText = ({ clientId, secretId, secret }: NewSecret) =>
  `Client id:      ${clientId}\nClient secret:  ${secret}\nThe secret (${secretId}) is shown this once. Enter both in the org's external credential Billing_360.`;

function scopesOf(input: Input): Scope[] {
  const words = (textOf(input, 'scopes') ?? SCOPES.join(' ')).split(/[\s,]+/).filter((word) => word !== '');
  const scopes = words.filter(isScope);
  if (scopes.length === 0 || scopes.length < words.length)
    throw new UsageError(`--scopes takes any of: ${SCOPES.join(', ')}.`);
  return [...new Set(scopes)];
}

async function add({ db, operator }: Context, input: Input, [given, ...others]: readonly string[]): Promise<Answer> {
  if (others.length > 0) throw new UsageError('One org at a time.');
  const pinned = (await orgPin(db))?.pinned.orgId ?? null;
  const orgId = given === undefined ? pinned : id18(given);
  if (orgId === null) throw new UsageError('No server has logged in to Salesforce yet: name the org by its id.');
  if (!/^00D[A-Za-z0-9]{15}$/.test(orgId))
    throw new UsageError(`${given} is no id of an org: 15 or 18 characters, beginning with 00D.`);
  if (pinned !== null && pinned !== orgId)
    throw new Refusal(`Nothing was done: rows go to the org ${pinned}, and no other one may act. See confirm-org.`);
  const scopes = scopesOf(input);
  const made = await addClientAs(db, operator, { orgId, name: textOf(input, 'name') ?? 'Salesforce', scopes });
  return { data: { ...made, orgId, scopes }, text: `${secretText(made)}\nOrg:            ${orgId}` };
}

async function rotate({ db, operator }: Context, clientId: string): Promise<Answer> {
  const made = await rotateClientAs(db, operator, clientId);
  if (made === 'unknown') throw unknownClient(clientId);
  if (made === 'full')
    throw new Refusal(`Nothing was done: two secrets of ${clientId} are in force. Retire one first; list shows them.`);
  return { data: made, text: `${secretText(made)}\nThe old one is accepted until it is retired.` };
}

async function retire({ db, operator, confirm }: Context, clientId: string, secretId?: string): Promise<Answer> {
  if (secretId === undefined) throw new UsageError('Name the client and the secret, as `org-client list` shows them.');
  await confirm(`End the secret ${secretId} for good?`);
  const outcome = await retireClientSecretAs(db, operator, clientId, secretId);
  if (outcome === 'unknown')
    throw new Refusal(
      `Nothing was done: ${clientId} has no secret ${secretId} in force; \`org-client list\` shows them.`,
    );
  if (outcome === 'last')
    throw new Refusal(`Nothing was done: ${secretId} is the last one. Rotate first, or revoke the client.`);
  return {
    data: { clientId, retired: secretId },
    text: `${secretId} is no longer accepted, and neither are the tokens that were got with it.`,
  };
}

async function revoke(context: Context, input: Input, clientId: string): Promise<Answer> {
  const { db, operator, confirm } = context;
  const client = (await listClients(db)).find((one) => one.clientId === clientId && one.revokedAt === null);
  if (client === undefined) throw unknownClient(clientId);
  const what = `${clientId} (${client.name}, org ${client.orgId}) with ${count(client.tokens, 'token')} in use`;
  if (isSet(input, 'dry-run'))
    return { data: { clientId, tokens: client.tokens, done: false }, text: `Would be revoked: ${what}.` };
  await confirm(`Revoke ${what} for good? Actions from the org are refused at once.`);
  if (!(await revokeClientAs(db, operator, clientId))) throw unknownClient(clientId);
  return { data: { clientId, tokens: client.tokens, done: true }, text: `Revoked: ${what}.` };
}

const unknownClient = (clientId: string) =>
  new Refusal(`Nothing was done: no client in force is called ${clientId}; \`org-client list\` shows them.`);

function lines(client: ClientEntry, now: Date): string[][] {
  const state = client.revokedAt === null ? 'in force' : `revoked ${ago(client.revokedAt, now)}`;
  return [
    [
      client.clientId,
      state,
      ago(client.addedAt, now),
      '',
      `${client.name}, org ${client.orgId}: ${client.scopes.join(' ')}`,
    ],
    ...client.secrets.map(({ id, addedAt, addedBy, usedAt, retiredAt }) => [
      `  ${id}`,
      retiredAt === null ? 'in force' : `retired ${ago(retiredAt, now)}`,
      ago(addedAt, now),
      usedAt === null ? 'never' : ago(usedAt, now),
      `secret, by ${addedBy}`,
    ]),
  ];
}

async function list({ db }: Context): Promise<Answer> {
  const data = await listClients(db);
  const now = new Date();
  const rows = data.flatMap((client) => lines(client, now));
  const head = ['CLIENT AND SECRETS', 'STATE', 'ADDED', 'USED', 'WHAT'];
  return { data, text: data.length === 0 ? 'There is none. Make one with: org-client add' : table(head, rows) };
}

async function run(context: Context, input: Input): Promise<Answer> {
  const [what, ...rest] = input.positionals;
  if (what === 'add') return add(context, input, rest);
  if (what === 'list' && rest.length === 0) return list(context);
  const [clientId, secretId, ...others] = rest;
  if (what === undefined || !['rotate', 'retire', 'revoke'].includes(what) || others.length > 0)
    throw new UsageError('Say what: add, list, rotate, retire or revoke; --help tells more.');
  if (clientId === undefined) throw new UsageError(`Name the client, as in: org-client ${what} b360c_…`);
  if (what === 'retire') return retire(context, clientId, secretId);
  if (secretId !== undefined) throw new UsageError('One client at a time.');
  return what === 'rotate' ? rotate(context, clientId) : revoke(context, input, clientId);
}

/** What the org authenticates with when its people act on billing. */
export const orgClient: Verb = {
  name: 'org-client',
  usage: 'org-client add [<org id>] | list | rotate <client> | retire <client> <secret> | revoke <client>',
  summary: 'what the org authenticates with when its people act on billing from Salesforce',
  help: `add [<org id>]            makes a client for the org that rows go to; prints its secret, this once
  --name TEXT             what it is called in lists
  --scopes LIST           billing.read, billing.act; both unless this says otherwise
list                      clients and their secrets, by id and age, never by value
rotate <client>           makes a second secret beside the one in force
retire <client> <secret>  ends one of two secrets, and the tokens that were got with it
revoke <client>           ends a client, its secrets and its tokens, at once
  --dry-run               says what it would do
--yes                     does not ask

To replace a secret: rotate, enter the new one in the org, wait until list shows that it is used, retire the old one.`,
  options: { name: { type: 'string' }, scopes: { type: 'string' }, 'dry-run': { type: 'boolean' } },
  run,
};
