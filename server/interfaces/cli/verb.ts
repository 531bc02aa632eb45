import type { ParseArgsConfig } from 'node:util';
import type { CalendarDate } from '../../domain/time/calendarDate.ts';
import type { Sealer } from '../../platform/seal.ts';
import type { Db } from '../../platform/db/database.ts';
import type { OrgTools } from '../../workflows/ports/orgTools.ts';

/** What a command works with. */
export type Context = {
  db: Db;
  /** Who is at the terminal, as `user@host`. */
  operator: string;
  /** Asks before what cannot be taken back. @throws Refusal when the answer is no, or nobody can be asked */
  confirm(question: string): Promise<void>;
  /** Prints a line while the command runs; not with --json. */
  say(line: string): void;
  /** Opens and seals what is stored secret. @throws Refusal when its keys are not known here */
  sealer(): Sealer;
  /** The day it is, in the business time zone. */
  today(): CalendarDate;
  /** Lets `work` ask the org with the settings of the servers. @throws Refusal when they, or the org, are not there */
  withOrg<T>(work: (org: OrgTools) => Promise<T>): Promise<T>;
  /** What was piped in. */
  readInput(): Promise<string>;
};

export type Input = {
  values: Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;
  positionals: readonly string[];
};

/** What a command found or did: `data` for --json, `text` for people. */
export type Answer = { data: unknown; text: string };

export type Verb = {
  name: string;
  /** Its arguments, as in `retry <id…> [--all]`. */
  usage: string;
  summary: string;
  /** Everything else that --help tells. */
  help: string;
  options: NonNullable<ParseArgsConfig['options']>;
  run(context: Context, input: Input): Promise<Answer>;
};

/** The command line cannot be understood: exit code 2. */
export class UsageError extends Error {}

/** The command was understood and could not be carried out: exit code 1. */
export class Refusal extends Error {}

/** @returns the value of an option that takes one */
export function textOf({ values }: Input, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
}

export function isSet({ values }: Input, name: string): boolean {
  return values[name] === true;
}
