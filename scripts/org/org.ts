import type { Sf } from './sf.ts';

export const API_VERSION = '66.0';

/** A refusal of the org, or something that a person has to do first; told as it is. */
export class SetupFault extends Error {}

/** Who is logged in where. */
export type Displayed = { id: string; instanceUrl: string; username: string };

/** An org as the person sees it who is logged in to it. */
export class Org {
  readonly id: string;
  readonly username: string;
  readonly #url: string;
  readonly #token: string;

  constructor({ id, username, instanceUrl }: Displayed, token: string) {
    this.id = id;
    this.username = username;
    this.#url = instanceUrl.replace(/\/+$/, '');
    this.#token = token;
  }

  /** The org behind an alias. @throws SetupFault when nobody is logged in under it */
  static async open(sf: Sf, alias: string): Promise<Org> {
    const shown = await sf.json(['org', 'display', '--target-org', alias]);
    if (shown.status !== 0)
      throw new SetupFault(
        `The Salesforce CLI has no login that works as ${alias}: ${shown.message.replaceAll(/\s+/g, ' ').trim()}\n` +
          `Log in first: sf org login web --alias ${alias} --instance-url https://…`,
      );
    const displayed = shown.result as Displayed & { accessToken?: string };
    const { accessToken = '' } = displayed;
    if (accessToken !== '' && !accessToken.startsWith('[')) return new Org(displayed, accessToken);
    const answer = await sf.json(['org', 'auth', 'show-access-token', '--target-org', alias]);
    if (answer.status !== 0) throw new SetupFault(`The CLI gives no access token of ${alias}: ${answer.message}`);
    return new Org(displayed, (answer.result as { accessToken: string }).accessToken);
  }

  /**
   * A call of the REST API.
   * @param path below `/services/data/vNN.N`
   * @returns null for 404 and for an answer without a body
   * @throws SetupFault in the org's words for any other refusal
   */
  async call<T>(method: 'GET' | 'POST' | 'PUT' | 'PATCH', path: string, body?: unknown): Promise<T | null> {
    const response = await fetch(`${this.#url}/services/data/v${API_VERSION}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (response.status === 404) return null;
    if (!response.ok) throw new SetupFault(`The org refused ${method} ${path}: ${text.slice(0, 1000)}`);
    return text === '' ? null : (JSON.parse(text) as T);
  }

  async query<T>(soql: string): Promise<T[]> {
    return (await this.call<{ records: T[] }>('GET', `/query?q=${encodeURIComponent(soql)}`))?.records ?? [];
  }

  async tooling<T>(soql: string): Promise<T[]> {
    return (await this.call<{ records: T[] }>('GET', `/tooling/query?q=${encodeURIComponent(soql)}`))?.records ?? [];
  }

  /** @returns id of the new record */
  async create(object: string, fields: Record<string, unknown>): Promise<string> {
    const made = await this.call<{ id: string }>('POST', `/sobjects/${object}`, fields);
    if (made === null) throw new SetupFault(`The org has no ${object}.`);
    return made.id;
  }
}

/** A text in a SOQL condition. */
export const quoted = (text: string): string => `'${text.replaceAll(/['\\]/g, (letter) => `\\${letter}`)}'`;
