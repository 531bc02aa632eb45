import { fileURLToPath } from 'node:url';
import { SimClock } from '../../kit/clock.ts';
import { startSim, type RunningSim } from '../../kit/sim.ts';
import { mountGraphql } from '../graphql/index.ts';
import { createOrg, type SimulatedOrg } from '../org/org.ts';
import { USERS } from '../org/seed.ts';
import type { Access, Org } from '../org/types.ts';
import { mountUiApi } from './index.ts';

const forceApp = fileURLToPath(new URL('../../../../force-app/main/default', import.meta.url));
export const NOW = '2026-11-21T09:30:00.000Z';

/** Access of a user without the objects (`Usage__c`) and fields (`Usage__c.Meter__c`) named in `hidden`. */
function hiding(access: Access, hidden: ReadonlySet<string>): Access {
  return {
    userId: access.userId,
    readsObject: (object) => !hidden.has(object) && access.readsObject(object),
    createsObject: (object) => access.createsObject(object),
    editsObject: (object) => access.editsObject(object),
    deletesObject: (object) => access.deletesObject(object),
    readsField: (object, field) => !hidden.has(`${object}.${field}`) && access.readsField(object, field),
    editsField: (object, field) => access.editsField(object, field),
    seesRecord: (object, record) => access.seesRecord(object, record),
    changesRecord: (object, record) => access.changesRecord(object, record),
  };
}

export type Person = keyof typeof USERS;

/** An org with GraphQL and UI API over HTTP, at a fixed time, with ways to take permissions away. */
export class TestOrg {
  readonly org: SimulatedOrg;
  readonly hidden = new Set<string>();
  sim!: RunningSim;
  readonly #clock: SimClock;
  readonly #tokens = new Map<Person, string>();

  private constructor() {
    this.#clock = new SimClock(Date.parse(NOW) - Date.now());
    this.org = createOrg({ clock: this.#clock, forceApp });
  }

  static async start(): Promise<TestOrg> {
    const test = new TestOrg();
    const { org, hidden } = test;
    const guarded = new Proxy<Org>(org, {
      get(target, key) {
        if (key === 'accessOf') return (userId: string) => hiding(org.accessOf(userId), hidden);
        const value: unknown = Reflect.get(target, key, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    test.sim = await startSim(
      { clock: test.#clock },
      (ctx) => {
        mountGraphql(ctx, guarded);
        mountUiApi(ctx, guarded);
      },
      { reset: () => org.reset(), close: () => org.close() },
    );
    return test;
  }

  userId(person: Person): string {
    return this.org.userNamed(USERS[person])!.Id;
  }

  token(person: Person): string {
    let token = this.#tokens.get(person);
    if (token === undefined) this.#tokens.set(person, (token = this.org.openSession(this.userId(person))));
    return token;
  }

  /** Saves rows as the admin. @returns their ids */
  insert(object: string, rows: Record<string, unknown>[]): string[] {
    return this.org.insert(object, rows, { userId: this.userId('admin') }).map(({ id, errors }) => {
      if (id === null) throw new Error(`${object}: ${errors[0]?.message}`);
      return id;
    });
  }

  async call(person: Person, method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }> {
    const response = await fetch(`${this.sim.url}/services/data/v66.0${path}`, {
      method,
      headers: { authorization: `Bearer ${this.token(person)}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  }
}
