import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DocumentNode, FieldNode, SelectionSetNode } from 'graphql';
import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { bundles, customFields, LWC, objects } from './source.ts';

const fields = customFields();
const SYSTEM_FIELDS = ['Id', 'Name', 'LastModifiedDate'];

const documents = bundles().flatMap((bundle) =>
  readdirSync(join(LWC, bundle))
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => {
      const source = readFileSync(join(LWC, bundle, file), 'utf8');
      return [...source.matchAll(/gql`([^`]*)`/g)].map((match) => [bundle, parse(match[1] ?? '')] as const);
    }),
);
const panels = [
  'billing360',
  'billingHealth',
  'billingInvoices',
  'billingPayments',
  'billingSubscriptions',
  'billingUsage',
];

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
    const lookup = fields.find((one) => one.object === object && one.name === name.replace(/__r$/, '__c'));
    const target = lookup?.xml['referenceTo'];
    return typeof target === 'string'
      ? [...optional, ...faultsOf(target, field)]
      : [...optional, `${object}.${name} is no lookup`];
  });
}

const argumentNames = (object: FieldNode, argument: string): string[] => {
  const value = object.arguments?.find((one) => one.name.value === argument)?.value;
  return value?.kind === 'ObjectValue' ? value.fields.map((field) => field.name.value) : [];
};

describe('queries of the panels', () => {
  it('are one a panel', () => {
    expect(documents.map(([bundle]) => bundle).sort()).toEqual(panels);
  });

  it.each(documents)(
    '%s asks for so many rows that those that were Removed leave room for others',
    (_bundle, document) => {
      const lists = recordSelections(document).filter(({ name }) =>
        fields.some((field) => field.object === name.value && field.name === 'Status__c'),
      );
      for (const list of lists) {
        const first = list.arguments?.find((argument) => argument.name.value === 'first')?.value;
        expect(first?.kind === 'IntValue' ? Number(first.value) : 0, list.name.value).toBeGreaterThanOrEqual(50);
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
      const first = selection.arguments?.find((argument) => argument.name.value === 'first')?.value;
      expect.soft(first?.kind, `${object} first`).toBe('IntValue');
      const owner = object === 'Account' ? ['Id'] : object === 'Billing_Connection__c' ? [] : ['Account__c'];
      expect.soft(argumentNames(selection, 'where'), `${object} where`).toEqual(owner);
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
