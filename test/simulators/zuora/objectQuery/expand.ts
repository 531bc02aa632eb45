import type { Tenant } from '../tenant.ts';
import type { QueryObject, Rec } from './define.ts';
import { objects } from './objects.ts';
import { refuse } from './refuse.ts';

/** Names to expand at an object, with those to expand below each. */
export type Expands = Map<string, Expands>;

export type View = {
  /** Wanted fields in lower case, by object in lower case; an object that is missing here shows all. */
  fields: ReadonlyMap<string, readonly string[]>;
  expands: Expands;
  withNulls: boolean;
  /** Lists below a record end after so many, and what lies beyond cannot be reached. */
  pageSize: number;
};

const levels = 4;

/** Parses `expand[]=subscriptions.rateplans.rateplancharges`; several parameters or commas add up. */
export function expandsOf(object: QueryObject, texts: readonly string[]): Expands {
  const root: Expands = new Map();
  for (const text of texts.flatMap((one) => one.split(','))) {
    let [at, below]: [QueryObject, Expands] = [object, root];
    const names = text.trim().split('.');
    if (names.length > levels) refuse(`'${text}' expands more than ${levels} levels.`);
    for (const given of names) {
      const name = Object.keys(at.expands).find((one) => one.toLowerCase() === given.toLowerCase());
      if (name === undefined) return refuse(`'${given}' cannot be expanded on ${at.singular}.`);
      let next = below.get(name);
      if (!next) below.set(name, (next = new Map()));
      below = next;
      at = objects[at.expands[name]!.object]!;
    }
  }
  return root;
}

/** A record as Object Query answers it. */
export function viewOf(tenant: Tenant, object: QueryObject, record: Rec, view: View): Record<string, unknown> {
  const wanted = view.fields.get(object.singular.toLowerCase());
  const answer: Record<string, unknown> = {};
  for (const [lower, { name, of }] of object.fields(tenant)) {
    if (wanted && !wanted.includes(lower)) continue;
    const value = of(record);
    if (value !== null || view.withNulls) answer[name] = value;
  }
  for (const [name, below] of view.expands) {
    const expand = object.expands[name]!;
    const target = objects[expand.object]!;
    const shown = (one: Rec) => viewOf(tenant, target, one, { ...view, expands: below });
    if ('many' in expand) {
      answer[name] = expand.many(tenant, record).slice(0, view.pageSize).map(shown);
    } else {
      const one = expand.one(tenant, record);
      if (one) answer[name] = shown(one);
    }
  }
  return answer;
}
