import { z } from 'zod';
import { errorSchema, OPERATIONS, type Operation } from './schemas.ts';

type JsonObject = Record<string, unknown>;

const titleOf = (schema: z.ZodObject) => schema.meta()!.title!;
const reference = (schema: z.ZodObject) => ({ $ref: `#/components/schemas/${titleOf(schema)}` });
const content = (schema: z.ZodObject) => ({ 'application/json': { schema: reference(schema) } });

/**
 * A schema as External Services take it (Salesforce Help, "External Services": schema definition): flat, without limits,
 * defaults or further properties, which they do not know. What a request may leave out is required there all the same.
 */
function schemaOf(schema: z.ZodObject): JsonObject {
  const { properties = {} } = z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'output' });
  const flat = Object.entries(properties).map(([name, property]) => {
    const { type, description } = property as JsonObject;
    return [name, { type, description }];
  });
  return { type: 'object', properties: Object.fromEntries(flat), required: Object.keys(properties) };
}

function operationOf(operationId: string, { summary, request, answer }: Operation): JsonObject {
  return {
    post: {
      operationId,
      summary,
      requestBody: { required: true, content: content(request) },
      responses: {
        200: { description: 'Done.', content: content(answer) },
        default: { description: 'Refused, or not possible now; the message says why.', content: content(errorSchema) },
      },
    },
  };
}

/**
 * The OpenAPI 3.0 document of everything under /actions, made from the schemas that requests are checked with. There is no
 * `servers` and no `security` in it: both belong to the Named Credential of the org.
 */
export function openApiDocument(): JsonObject {
  const operations: [string, Operation][] = Object.entries(OPERATIONS);
  const schemas = operations.flatMap(([, { request, answer }]) => [request, answer]);
  return {
    openapi: '3.0.3',
    info: {
      title: 'Billing 360',
      description: 'What people ask of their billing systems from Salesforce.',
      version: '1.0.0',
    },
    paths: Object.fromEntries(operations.map(([id, one]) => [`/actions/${one.name}`, operationOf(id, one)])),
    components: {
      schemas: Object.fromEntries([...schemas, errorSchema].map((schema) => [titleOf(schema), schemaOf(schema)])),
    },
  };
}
