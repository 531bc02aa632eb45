import { connectionSystem } from '../../../sync/operate/backfill.ts';
import {
  addSecret,
  faultOf,
  listSecrets,
  retireSecret,
  sealAnew,
  type SecretName,
} from '../../../sync/operate/rotate.ts';
import { ago, count, table } from '../text.ts';
import { isSet, Refusal, textOf, UsageError, type Answer, type Context, type Input, type Verb } from '../verb.ts';

const NAMES: readonly SecretName[] = ['webhook-secret', 'zuora-client', 'salesforce-key'];

type Place = { name: SecretName; connection: string; system: string | null };

async function placeOf({ db }: Context, [what, connection, ...others]: readonly string[]): Promise<Place> {
  const name = NAMES.find((one) => one === what);
  if (name === undefined || others.length > 0) throw new UsageError(`Say what: ${NAMES.join(', ')} or seal-keys.`);
  if (name === 'salesforce-key') {
    if (connection !== undefined) throw new UsageError('The key of Salesforce belongs to no connection.');
    return { name, connection: '', system: null };
  }
  if (connection === undefined) throw new UsageError(`Name the connection, as in: rotate ${name} stripe`);
  const system = await connectionSystem(db, connection);
  if (system === null) throw new Refusal(`There is no connection ${connection}; \`status\` lists them.`);
  if (name === 'zuora-client' && system !== 'Zuora') throw new Refusal(`${connection} is no connection of Zuora.`);
  return { name, connection, system };
}

async function add(context: Context, place: Place): Promise<Answer> {
  const value = (await context.readInput()).trim();
  if (value === '') throw new UsageError('The secret is read from the standard input, as in: … --add < file');
  const fault = faultOf(place.name, place.system, value);
  if (fault !== null) throw new Refusal(`Nothing was done. ${fault}`);
  const id = await addSecret(context.db, context.sealer(), context.operator, place, value);
  const text =
    place.name === 'webhook-secret'
      ? `${id} is accepted within seconds, beside the others. When the sender uses it: --retire the old one.`
      : `${id} is used within seconds.`;
  return { data: { id }, text };
}

async function retire({ db, operator, confirm }: Context, place: Place, id: string): Promise<Answer> {
  await confirm(`End ${id} for good?`);
  const outcome = await retireSecret(db, operator, place, id);
  if (outcome === 'unknown') throw new Refusal(`Nothing was done: none in force is called ${id}; --list shows them.`);
  if (outcome === 'last') throw new Refusal(`Nothing was done: ${id} is the last one. Add another one first.`);
  return { data: { retired: id }, text: `${id} is no longer accepted, within seconds.` };
}

async function list({ db }: Context, place: Place): Promise<Answer> {
  const data = await listSecrets(db, place);
  const now = new Date();
  const rows = data.map(({ id, addedAt, addedBy, retiredAt }) => [
    id,
    retiredAt === null ? 'in force' : `retired ${ago(retiredAt, now)}`,
    addedAt === null ? '-' : ago(addedAt, now),
    addedBy ?? '-',
  ]);
  return { data, text: table(['ID', 'STATE', 'ADDED', 'BY'], rows) };
}

async function run(context: Context, input: Input): Promise<Answer> {
  if (input.positionals[0] === 'seal-keys') {
    const sealed = await sealAnew(context.db, context.sealer(), context.operator);
    return {
      data: { sealed },
      text: `${count(sealed, 'secret')} sealed with the first key. The old key may go from SEAL_KEYS.`,
    };
  }
  const place = await placeOf(context, input.positionals);
  const id = textOf(input, 'retire');
  if (isSet(input, 'add') && id !== undefined) throw new UsageError('Choose one of --add and --retire.');
  if (isSet(input, 'add')) return add(context, place);
  return id === undefined ? list(context, place) : retire(context, place, id);
}

/** Replaces secrets while everything runs. */
export const rotate: Verb = {
  name: 'rotate',
  usage: 'rotate webhook-secret|zuora-client <connection> | salesforce-key | seal-keys',
  summary: 'replaces secrets while everything runs, without a restart',
  help: `--add                     stores the secret that is read from the standard input
--retire ID               ends one; \`settings\` is the one of the environment
--list                    ids and ages, never values (also without an option)
--yes                     does not ask

webhook-secret: all in force are accepted, so add the new one, change the sender, retire the old one. Of a Stripe
connection it is whsec_…, of a Zuora one an entry of ZUORA_CALLOUT_CREDENTIALS.
zuora-client: {"clientId": "…", "clientSecret": "…"}; salesforce-key: a private key in PEM form. The latest is used.
seal-keys: put a new key first into SEAL_KEYS, restart every process, then run this.`,
  options: { add: { type: 'boolean' }, retire: { type: 'string' }, list: { type: 'boolean' } },
  run,
};
