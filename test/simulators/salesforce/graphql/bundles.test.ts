import { parse, print } from 'graphql';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { panelQueries } from '../../../lwc/queries.ts';
import { TestOrg } from '../uiapi/testing.ts';

const queries = await panelQueries();

let org: TestOrg;
let acme: string;

async function ask(query: string): Promise<{ data: unknown; errors: unknown[] }> {
  const operation = parse(query).definitions.find((one) => one.kind === 'OperationDefinition');
  const definitions = operation?.variableDefinitions ?? [];
  const variables = Object.fromEntries(
    definitions.map(({ variable, type }) => [variable.name.value, valueFor(print(type))]),
  );
  const { body } = await org.call('rep', 'POST', '/graphql', { query, variables });
  return body as { data: unknown; errors: unknown[] };
}

/** A value for a variable: lists are asked as they are for who may not read what a filter or an order needs. */
function valueFor(type: string): unknown {
  if (type.endsWith('_Filter')) return { Account__c: { eq: acme } };
  if (type.endsWith('_OrderBy')) return { LastModifiedDate: { order: 'DESC' } };
  return type === 'Int' ? 10 : type === 'String' ? null : acme;
}

beforeAll(async () => {
  org = await TestOrg.start();
  [acme] = org.insert('Account', [{ Name: 'Acme', OwnerId: org.userId('rep') }]) as [string];
});
beforeEach(() => {
  org.hidden.clear();
  org.sim.ctx.calls.clear();
});
afterAll(() => org.sim.close());

test('there are queries', () => expect(queries).not.toEqual([]));

test.each(queries)('%s names nothing that the org does not have', async (_file, query) => {
  expect((await ask(query)).errors).toEqual([]);
  expect([...org.sim.ctx.calls.unsupported]).toEqual([]);
});

test.each(queries)('%s is answered whatever object or field its user may not read', async (_file, query) => {
  for (const object of org.org.objects()) {
    if (!query.includes(object.name)) continue;
    const fields = [...object.fields.values()].filter((field) => field.custom && !field.required);
    const losable = fields.filter((field) => !field.reference?.masterDetail && query.includes(field.name));
    const losses = [...(object.custom ? [object.name] : []), ...losable.map(({ name }) => `${object.name}.${name}`)];
    for (const lost of losses) {
      org.hidden.clear();
      org.hidden.add(lost);
      expect({ lost, errors: (await ask(query)).errors }).toEqual({ lost, errors: [] });
    }
  }
});
