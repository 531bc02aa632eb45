import type { ValueType } from '../flow/model.ts';

/** A type that Salesforce generates for an object of the document, by its class name. */
export type ApexType = { class: string; fields: Map<string, ValueType> };

export type Parameter = { name: string; in: 'path' | 'query' | 'header' | 'body'; required: boolean; type: ValueType };

export type Operation = {
  /** As flows name it: lower case, other characters as `x` and their hex code. */
  name: string;
  method: string;
  path: string;
  parameters: Parameter[];
  /** By declared status code or `default`; null for an answer without content. */
  responses: Map<string, ValueType | null>;
};

export type OpenApi = { operations: Map<string, Operation>; types: Map<string, ApexType> };

type Json = Record<string, unknown>;
const METHODS = ['get', 'put', 'post', 'patch', 'delete'];
const MEDIA = ['application/json', 'application/x-www-form-urlencoded', 'text/plain'];

const asObject = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};

export const operationName = (operationId: string): string =>
  operationId.toLowerCase().replace(/[^a-z0-9]/g, (character) => `x${character.codePointAt(0)!.toString(16)}`);

/** Reads a document as External Services do (Salesforce Help, "External Services": schema definition, OpenAPI 3.0). */
class Reader {
  readonly #document: Json;
  readonly #service: string;
  readonly types = new Map<string, ApexType>();

  constructor(document: Json, service: string) {
    this.#document = document;
    this.#service = service;
  }

  resolve(value: unknown): { schema: Json; named: string | null } {
    const schema = asObject(value);
    const ref = schema['$ref'];
    if (ref === undefined) return { schema, named: null };
    const name = /^#\/components\/schemas\/(\w+)$/.exec(String(ref))?.[1];
    const target = asObject(asObject(this.#document['components'])['schemas'])[name ?? ''];
    if (name === undefined || target === undefined) throw new Error(`${String(ref)} leads nowhere in the document`);
    return { schema: asObject(target), named: name };
  }

  type(value: unknown, inline: string): ValueType {
    const { schema, named } = this.resolve(value);
    for (const word of ['oneOf', 'anyOf', 'allOf', 'not'])
      if (schema[word] !== undefined) throw new Error(`${word} in ${named ?? inline} is not supported`);
    switch (schema['type']) {
      case 'string':
        if (schema['format'] === 'date') return { data: 'Date', collection: false };
        return { data: schema['format'] === 'date-time' ? 'DateTime' : 'String', collection: false };
      case 'integer':
      case 'number':
        return { data: 'Number', collection: false };
      case 'boolean':
        return { data: 'Boolean', collection: false };
      case 'array': {
        const item = this.type(schema['items'], `${inline}_items`);
        if (item.collection) throw new Error(`a list of lists in ${named ?? inline} is not supported`);
        return { ...item, collection: true };
      }
      case 'object':
        return { data: 'Apex', collection: false, class: this.#apexType(schema, named ?? inline) };
      default:
        throw new Error(`type ${String(schema['type'])} in ${named ?? inline} is not supported`);
    }
  }

  #apexType(schema: Json, name: string): string {
    const className = `ExternalService__${this.#service}_${name}`;
    if (this.types.has(className)) return className;
    const properties = Object.entries(asObject(schema['properties']));
    if (properties.length === 0) throw new Error(`the object ${name} has no properties`);
    const fields = new Map<string, ValueType>();
    this.types.set(className, { class: className, fields });
    for (const [property, value] of properties) fields.set(property, this.type(value, `${name}_${property}`));
    return className;
  }

  content(value: unknown, inline: string): ValueType | null {
    const entries = Object.entries(asObject(value));
    if (entries.length === 0) return null;
    const [media, content] = entries.find(([type]) => MEDIA.includes(type)) ?? [];
    if (media === undefined) throw new Error(`the media types of ${inline} are not supported`);
    return this.type(asObject(content)['schema'], inline);
  }

  operation(method: string, path: string, raw: Json, shared: readonly unknown[]): Operation {
    const id = raw['operationId'];
    if (typeof id !== 'string') throw new Error(`${method.toUpperCase()} ${path} has no operationId`);
    const name = operationName(id);
    const parameters = [...shared, ...((raw['parameters'] as unknown[] | undefined) ?? [])].map((one): Parameter => {
      const parameter = asObject(one);
      const [called, where] = [parameter['name'], parameter['in']];
      if (typeof called !== 'string' || called === '') throw new Error(`a parameter of ${id} has no name`);
      if (where !== 'path' && where !== 'query' && where !== 'header')
        throw new Error(`parameter ${called} of ${id} is in ${String(where)}, which is not supported`);
      const required = parameter['required'] === true;
      return { name: called, in: where, required, type: this.type(parameter['schema'], `${name}_IN_${called}`) };
    });
    const body = asObject(raw['requestBody']);
    const type = this.content(body['content'], `${name}_IN_body`);
    if (type && method === 'get') throw new Error(`${id} is a GET with a body`);
    if (type) parameters.push({ name: 'body', in: 'body', required: body['required'] === true, type });
    const responses = new Map<string, ValueType | null>();
    for (const [code, response] of Object.entries(asObject(raw['responses'])))
      responses.set(code, this.content(asObject(response)['content'], `${name}_OUT_${code}`));
    if (responses.size === 0) throw new Error(`${id} declares no response`);
    return { name, method: method.toUpperCase(), path, parameters, responses };
  }
}

/**
 * @param text OpenAPI 3.0 as JSON
 * @param service developer name of the registration
 * @throws Error that says what External Services would not take
 */
export function readOpenApi(text: string, service: string): OpenApi {
  let document: Json;
  try {
    document = asObject(JSON.parse(text));
  } catch {
    throw new Error('the schema is no JSON');
  }
  if (!/^3\.0\.\d+$/.test(String(document['openapi'])))
    throw new Error(`OpenAPI ${String(document['openapi'])} is not supported: use 3.0`);
  const reader = new Reader(document, service);
  const operations = new Map<string, Operation>();
  for (const [path, item] of Object.entries(asObject(document['paths'])))
    for (const [method, raw] of Object.entries(asObject(item))) {
      if (!METHODS.includes(method)) continue;
      const shared = (asObject(item)['parameters'] as unknown[] | undefined) ?? [];
      const operation = reader.operation(method, path, asObject(raw), shared);
      if (operations.has(operation.name)) throw new Error(`the operation ${operation.name} is there twice`);
      operations.set(operation.name, operation);
    }
  return { operations, types: reader.types };
}
