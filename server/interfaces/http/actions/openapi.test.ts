import { expect, it } from 'vitest';
import { readOpenApi } from '../../../../test/simulators/salesforce/automation/services/openApi.ts';
import { openApiDocument } from './openapi.ts';
import { OPERATIONS } from './schemas.ts';

type Json = Record<string, unknown>;

it('is taken by External Services, with every operation under its own name', () => {
  const { operations, types } = readOpenApi(JSON.stringify(openApiDocument()), 'Billing360');
  expect([...operations.keys()]).toEqual(Object.keys(OPERATIONS));
  for (const [name, { path, method, responses }] of operations) {
    expect(name).toMatch(/^[a-z]+$/);
    expect(method).toBe('POST');
    expect(path).toBe(`/actions/${OPERATIONS[name as keyof typeof OPERATIONS].name}`);
    expect([...responses.keys()]).toEqual(['200', 'default']);
    expect(responses.get('default')!.class).toBe('ExternalService__Billing360_ActionError');
  }
  expect([...types.get('ExternalService__Billing360_InvoiceLinkAnswer')!.fields.keys()]).toEqual([
    'available',
    'url',
    'expiresAt',
    'message',
  ]);
});

it('has flat objects of text, numbers and switches alone, each with a description, and nothing that orgs ignore', () => {
  const document = openApiDocument();
  expect(Object.keys(document)).toEqual(['openapi', 'info', 'paths', 'components']);
  const schemas = (document['components'] as { schemas: Record<string, Json> }).schemas;
  for (const [name, { type, properties, required }] of Object.entries(schemas)) {
    expect(type).toBe('object');
    expect(required).toEqual(Object.keys(properties as Json));
    for (const [field, property] of Object.entries(properties as Record<string, Json>)) {
      expect(Object.keys(property), `${name}.${field}`).toEqual(['type', 'description']);
      expect(['string', 'number', 'boolean']).toContain(property['type']);
      // Help of Salesforce: longer ones are cut.
      expect(String(property['description']).length).toBeLessThan(1333);
    }
  }
});

it('sends the Account, the user and the org with whatever concerns an Account', () => {
  for (const [name, { request }] of Object.entries(OPERATIONS)) {
    const who = ['userId', 'organizationId', ...(name === 'testconnection' ? [] : ['accountId'])];
    expect(Object.keys(request.shape)).toEqual(expect.arrayContaining(who));
  }
});
