import type { Stack } from '../../test/support/stack.ts';
import { USERS } from '../../test/simulators/salesforce/org/seed.ts';

export type OrgClient = {
  /** @returns id of the new record, owned by the sales rep */
  create(object: string, fields: Record<string, unknown>): Promise<string>;
  edit(object: string, id: string, fields: Record<string, unknown>): Promise<void>;
  /** Records as the sales rep sees them. */
  query<T>(soql: string): Promise<T[]>;
};

/** The simulated org as the demo's sales rep works with it, over REST. */
export function orgClient(stack: Pick<Stack, 'org'>): OrgClient {
  const token = stack.org.tokenFor(USERS.rep);
  async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${stack.org.url}/services/data/v66.0${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok)
      throw new Error(`Salesforce answered ${response.status} to ${method} ${path}: ${await response.text()}`);
    return (response.status === 204 ? undefined : await response.json()) as T;
  }
  return {
    async create(object, fields) {
      return (await call<{ id: string }>('POST', `/sobjects/${object}`, fields)).id;
    },
    edit: (object, id, fields) => call('PATCH', `/sobjects/${object}/${id}`, fields),
    async query<T>(soql: string) {
      return (await call<{ records: T[] }>('GET', `/query?q=${encodeURIComponent(soql)}`)).records;
    },
  };
}
