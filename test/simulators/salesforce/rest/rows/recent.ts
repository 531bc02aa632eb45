import type { SimulatedOrg } from '../../org/org.ts';
import type { SObject } from '../../org/types.ts';
import { invalidInput } from '../wire/faults.ts';
import { ok, type Call } from '../wire/call.ts';
import type { Routes } from '../wire/routes.ts';
import { recordUrl } from './records.ts';

const MAX_KEPT = 200;

/** What each user has viewed of late: `FOR VIEW` and `FOR REFERENCE` queries enter it, plain reads do not. */
export class Recents {
  readonly #byUser = new Map<string, { object: string; id: string }[]>();

  clear(): void {
    this.#byUser.clear();
  }

  view(userId: string, object: string, id: string): void {
    const others = (this.#byUser.get(userId) ?? []).filter((one) => one.id !== id);
    this.#byUser.set(userId, [{ object, id }, ...others].slice(0, MAX_KEPT));
  }

  /** Newest first. */
  idsOf(userId: string, object: string): string[] {
    return (this.#byUser.get(userId) ?? []).filter((one) => one.object === object).map(({ id }) => id);
  }

  /** Newest first, as `{attributes, Id, Name}`; of one object when it is given. */
  list(org: SimulatedOrg, call: Call, only?: SObject): Record<string, unknown>[] {
    return (this.#byUser.get(call.access.userId) ?? []).flatMap(({ object: name, id }) => {
      const object = org.object(name);
      const record = object && org.get(name, id);
      if (!object || (only && only !== object) || !record || !call.access.seesRecord(name, record)) return [];
      const attributes = { type: object.name, url: recordUrl(call.version, object, record.Id) };
      return [{ attributes, Id: record.Id, Name: record[object.nameField ?? ''] ?? null }];
    });
  }
}

/** `GET /recent?limit=n` (REST API Developer Guide, "Recently Viewed Items"). */
export function addRecent(routes: Routes, org: SimulatedOrg, recents: Recents): void {
  routes.on('GET', '/recent', (call) => {
    const limit = Number(call.query.get('limit') ?? MAX_KEPT);
    if (!Number.isInteger(limit) || limit < 1 || limit > MAX_KEPT)
      throw invalidInput(`limit must be a number between 1 and ${MAX_KEPT}`);
    return ok(recents.list(org, call).slice(0, limit));
  });
}
