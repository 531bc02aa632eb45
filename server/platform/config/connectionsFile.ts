import { readFileSync } from 'node:fs';
import { z } from 'zod';
import {
  FILTERED_OBJECTS,
  NO_FILTER,
  readStripe,
  readZuora,
  type ConnectionConfig,
  type FilterConfig,
} from './billingSystems.ts';
import type { ConfigFault } from './configError.ts';
import { readJsonFile } from './jsonFile.ts';
import { Reader } from './reader.ts';
import { VARIABLES, type VariableName } from './variables.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const VARIABLE = 'CONNECTIONS_FILE';
/** First parts of keys that are no billing system. */
const RESERVED = ['account', 'salesforce', 'match', 'provision'];
/** Settings of every connection, whatever its system. */
const COMMON = ['name', 'system', 'filter'];

const someText = z.string().trim().min(1, 'It is empty.');
const oneOrMore = z.array(someText).min(1, 'It is empty; leave it out to take everything.');
const filterSchema = z
  .strictObject({
    objects: z
      .array(z.enum(FILTERED_OBJECTS, `Each part must be one of ${FILTERED_OBJECTS.join(', ')}.`))
      .default([...FILTERED_OBJECTS]),
    currencies: z
      .array(z.string().regex(/^[A-Za-z]{3}$/, 'Each part must be the code of a currency.'))
      .min(1, 'It is empty; leave it out to take everything.')
      .transform((codes) => codes.map((code) => code.toUpperCase()))
      .nullable()
      .default(null),
    fields: z.record(someText, oneOrMore).default({}),
  })
  .refine(({ objects }) => !objects.includes('usage') || objects.includes('subscriptions'), {
    path: ['objects'],
    message: 'Usage is told by subscription: name subscriptions beside usage.',
  });

const EXAMPLES: Readonly<Record<string, string>> = {
  name: '"name": "stripe-eu"',
  system: '"system": "stripe"',
  filter:
    '"filter": { "objects": ["subscriptions", "invoices"], "currencies": ["EUR"], "fields": { "region": ["EMEA"] } }',
};

const fileSchema = z.strictObject({
  connections: z.array(z.record(z.string(), z.unknown()), 'It must be a list of objects.'),
});

/** `ZUORA_BASE_URL` is `baseUrl` in the file. */
function settingOf(variable: string): string {
  const [, ...words] = variable.toLowerCase().split('_');
  return words.map((word, index) => (index === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1))).join('');
}

const isVariableOf = (system: 'stripe' | 'zuora') => (name: string) => name.startsWith(`${system.toUpperCase()}_`);
const variablesOf = (system: 'stripe' | 'zuora') =>
  (Object.keys(VARIABLES) as VariableName[]).filter(isVariableOf(system));

class Entry {
  readonly faults: ConfigFault[] = [];
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  nameOf(setting: string): string {
    return `${VARIABLE} ${this.#path}${setting === '' ? '' : `.${setting}`}`;
  }

  fault(setting: string, problem: string, example = EXAMPLES[setting.split(/[.[]/)[0]!] ?? EXAMPLES['name']!): null {
    this.faults.push({ variable: this.nameOf(setting), problem, example });
    return null;
  }
}

/** A value itself, or where it is: `{"env": "NAME"}` or `{"file": "path"}`. Faults name no value. */
function valueOf(entry: Entry, setting: string, given: unknown, env: Environment, example: string): string | undefined {
  if (typeof given === 'string' || typeof given === 'number') return String(given);
  if (Array.isArray(given)) {
    const values = given.map((one, index) => valueOf(entry, `${setting}[${index}]`, one, env, example));
    return values.some((value) => value === undefined) ? undefined : values.join(',');
  }
  const wrong = (problem: string): undefined => void entry.fault(setting, problem, example);
  const where = z.union([z.strictObject({ env: someText }), z.strictObject({ file: someText })]).safeParse(given);
  if (!where.success) return wrong('It must be a text, or {"env": "NAME"} or {"file": "path"} that tells where it is.');
  if ('env' in where.data)
    return env[where.data.env] ?? wrong(`The environment variable ${where.data.env} is not set.`);
  try {
    return readFileSync(where.data.file, 'utf8').trim();
  } catch {
    return wrong('The file that it names cannot be read.');
  }
}

function filterOf(entry: Entry, given: unknown): FilterConfig | null {
  if (given === undefined) return NO_FILTER;
  const parsed = filterSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  for (const { path, message } of parsed.error.issues)
    entry.fault(['filter', ...path].join('.'), path.length === 0 || message !== '' ? message : 'It is wrong.');
  return null;
}

function nameOf(entry: Entry, given: unknown, taken: ReadonlySet<string>): string | null {
  if (typeof given !== 'string' || !/^[a-z][a-z0-9-]{0,19}$/.test(given))
    return entry.fault('name', 'It must begin with a letter and hold up to 20 of a-z, 0-9 and -.');
  if (RESERVED.includes(given)) return entry.fault('name', `The name ${given} stands for something else.`);
  if (taken.has(given)) return entry.fault('name', `Another connection has the name ${given}.`);
  return given;
}

function connectionOf(
  entry: Entry,
  given: Readonly<Record<string, unknown>>,
  taken: ReadonlySet<string>,
  env: Environment,
): ConnectionConfig | null {
  const connection = nameOf(entry, given['name'], taken);
  const filter = filterOf(entry, given['filter']);
  const { system } = given;
  if (system !== 'stripe' && system !== 'zuora') return entry.fault('system', 'It must be stripe or zuora.');
  const variables = new Map(variablesOf(system).map((name) => [settingOf(name), name]));
  const exampleOf = (name: VariableName) => `"${settingOf(name)}": ${JSON.stringify(VARIABLES[name].example)}`;
  const values = new Map<VariableName, string>();
  const unreadable = new Set<VariableName>();
  for (const [setting, value] of Object.entries(given)) {
    const variable = variables.get(setting);
    if (COMMON.includes(setting)) continue;
    if (variable === undefined) {
      entry.fault(setting, `There is no such setting; there are ${[...COMMON, ...variables.keys()].join(', ')}.`);
      continue;
    }
    const text = valueOf(entry, setting, value, env, exampleOf(variable));
    if (text === undefined) unreadable.add(variable);
    else values.set(variable, text);
  }
  const reader = new Reader({
    get: (name) => values.get(name),
    nameOf: (name) => entry.nameOf(settingOf(name)),
    example: exampleOf,
  });
  const base = { connection: connection ?? '', filter: filter ?? NO_FILTER };
  const config = system === 'stripe' ? readStripe(reader, base) : readZuora(reader, base);
  const unreadableNames = new Set([...unreadable].map((name) => entry.nameOf(settingOf(name))));
  entry.faults.push(...reader.faults.filter(({ variable }) => !unreadableNames.has(variable)));
  return connection === null || filter === null ? null : config;
}

/**
 * Reads the file that names connections: `{"connections": [{"name": "stripe-eu", "system": "stripe", …}, …]}`. The
 * settings are those of the environment without their first word (`STRIPE_API_KEY` is `apiKey`).
 * @param path of a JSON file
 * @param taken names that the environment uses
 * @returns connections that are right, and every fault of the others
 */
export function readConnectionsFile(
  path: string,
  taken: readonly string[],
  env: Environment,
): { connections: ConnectionConfig[]; faults: ConfigFault[] } {
  const { content, faults } = readJsonFile(path, fileSchema, {
    variable: VARIABLE,
    example: `{"connections": [{${EXAMPLES['name']}, ${EXAMPLES['system']}}]}`,
  });
  const names = new Set(taken);
  const connections: ConnectionConfig[] = [];
  for (const [index, given] of (content?.connections ?? []).entries()) {
    const entry = new Entry(`connections[${index}]`);
    const config = connectionOf(entry, given, names, env);
    if (typeof given['name'] === 'string') names.add(given['name']);
    faults.push(...entry.faults);
    if (config !== null) connections.push(config);
  }
  return { connections, faults };
}
