import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DocumentNode, FieldNode, SelectionSetNode } from 'graphql';
import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { panelQueries } from '../lwc/queries.ts';
import { bundles, customFields, LWC, objects } from './source.ts';

const fields = customFields();
const SYSTEM_FIELDS = ['Id', 'Name', 'LastModifiedDate'];

const documents = (await panelQueries()).map(([bundle, text]) => [bundle, parse(text)] as const);
const panels = [
  'billing360',
  'billingCase',
  'billingCharges',
  'billingInvoiceLines',
  'billingInvoices',
  'billingOpportunity',
  'billingPayments',
  'billingSubscriptions',
  'billingTimeline',
  'billingUsage',
];

/** What says whose rows of an object are asked for, where that is not their Account. */
const OWNERS: ReadonlyMap<string, readonly string[]> = new Map([
  ['Account', ['Id']],
  ['Billing_Connection__c', []],
  ['Billing_Order__c', ['Opportunity__c']],
]);
const scriptsOf = (bundle: string): string =>
  readdirSync(join(LWC, bundle))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(LWC, bundle, file), 'utf8'))
    .join('\n');
const fieldNodes = (set: SelectionSetNode | undefined): FieldNode[] =>
  (set?.selections ?? []).filter((selection) => selection.kind === 'Field');
const child = (parent: FieldNode, name: string) =>
  fieldNodes(parent.selectionSet).find((field) => field.name.value === name);
const isOptional = (field: FieldNode) => field.directives?.some((directive) => directive.name.value === 'optional');
const exists = (object: string, name: string) =>
  SYSTEM_FIELDS.includes(name) || fields.some((field) => field.object === object && field.name === name);

/** The selections of records that a document makes. */
function recordSelections(document: DocumentNode): FieldNode[] {
  const [operation] = document.definitions;
  const root = operation?.kind === 'OperationDefinition' ? operation.selectionSet : undefined;
  const [uiapi] = fieldNodes(root);
  const query = uiapi && child(uiapi, 'query');
  return fieldNodes(query?.selectionSet);
}

function faultsOf(object: string, node: FieldNode): string[] {
  return fieldNodes(node.selectionSet).flatMap((field) => {
    const name = field.name.value;
    if (name === 'Id') {
      return [];
    }
    const optional = isOptional(field) ? [] : [`${object}.${name} is not @optional`];
    if (!name.endsWith('__r')) {
      return exists(object, name) ? optional : [...optional, `${object}.${name} does not exist`];
    }
    const below = child(field, 'edges');
    if (below) {
      const detail = fields.find(
        ({ xml }) => xml['referenceTo'] === object && `${String(xml['relationshipName'])}__r` === name,
      );
      const rows = child(below, 'node');
      return detail && rows
        ? [...optional, ...faultsOf(detail.object, rows)]
        : [...optional, `${object}.${name} is no list`];
    }
    const lookup = fields.find((one) => one.object === object && one.name === name.replace(/__r$/, '__c'));
    const target = lookup?.xml['referenceTo'];
    return typeof target === 'string'
      ? [...optional, ...faultsOf(target, field)]
      : [...optional, `${object}.${name} is no lookup`];
  });
}

/** Lists that lie below a record, as rows of it. */
const childLists = (list: FieldNode): FieldNode[] =>
  fieldNodes(child(child(list, 'edges') ?? list, 'node')?.selectionSet).filter((field) => child(field, 'edges'));
const argumentOf = (list: FieldNode, name: string) =>
  list.arguments?.find((argument) => argument.name.value === name)?.value;
/** One record is asked for by its id. */
const isOne = (list: FieldNode) => argumentNames(list, 'where').join() === 'Id';

const argumentNames = (object: FieldNode, argument: string): string[] => {
  const value = object.arguments?.find((one) => one.name.value === argument)?.value;
  return value?.kind === 'ObjectValue' ? value.fields.map((field) => field.name.value) : [];
};

describe('queries of the panels', () => {
  it('are one a panel', () => {
    expect(documents.map(([bundle]) => bundle).sort()).toEqual(panels);
    const asking = bundles().filter((bundle) => /@wire\(graphql\b/.test(scriptsOf(bundle)));
    expect(asking.sort()).toEqual(panels);
  });

  it.each(documents)(
    '%s asks for so many rows that those that were Removed leave room for others',
    (_bundle, document) => {
      const lists = recordSelections(document).filter(({ name }) =>
        fields.some((field) => field.object === name.value && field.name === 'Status__c'),
      );
      for (const list of lists.flatMap((one) => (isOne(one) ? childLists(one) : [one]))) {
        const first = argumentOf(list, 'first');
        // A page is as long as an admin wants it: what was Removed is left out by its filter.
        if (first?.kind === 'Variable') expect(argumentOf(list, 'where')?.kind, list.name.value).toBe('Variable');
        else expect(first?.kind === 'IntValue' ? Number(first.value) : 0, list.name.value).toBeGreaterThanOrEqual(50);
      }
    },
  );

  it.each(documents)('%s names only what exists, and marks all but Id as optional', (_bundle, document) => {
    const faults = recordSelections(document).flatMap((selection) => {
      const object = selection.name.value;
      const edges = child(selection, 'edges');
      const node = edges && child(edges, 'node');
      return [
        ...(objects().includes(object) ? [] : [`${object} does not exist`]),
        ...(isOptional(selection) ? [] : [`${object} is not @optional`]),
        ...(node ? faultsOf(object, node) : [`${object} asks for no rows`]),
      ];
    });
    expect(faults).toEqual([]);
  });

  it.each(documents)('%s says how many rows it wants, and of which record', (_bundle, document) => {
    for (const selection of recordSelections(document)) {
      const object = selection.name.value;
      const isPaged = argumentOf(selection, 'where')?.kind === 'Variable';
      expect.soft(argumentOf(selection, 'first')?.kind, `${object} first`).toBe(isPaged ? 'Variable' : 'IntValue');
      // Whose rows a page holds is said by its variables, of which the tests of the lists tell.
      if (isPaged || isOne(selection)) continue;
      const owner = OWNERS.get(object) ?? ['Account__c'];
      // Whoever sees a row may read its name.
      const named = selection.alias?.value === 'named' ? ['Name'] : [];
      expect.soft(argumentNames(selection, 'where'), `${object} where`).toEqual([...owner, ...named]);
    }
  });

  it.each(documents)('%s sorts only by what everybody who sees a row may read', (_bundle, document) => {
    for (const selection of recordSelections(document)) {
      const sorted = argumentNames(selection, 'orderBy');
      expect
        .soft(
          sorted.filter((name) => !SYSTEM_FIELDS.includes(name)),
          selection.name.value,
        )
        .toEqual([]);
    }
  });
});
