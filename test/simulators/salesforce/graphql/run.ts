import {
  execute,
  executeSync,
  getOperationAST,
  GraphQLError,
  OperationTypeNode,
  parse,
  validate,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLSchema,
} from 'graphql';
import type { Context } from './context.ts';
import { salesforceError, validationError, type ErrorType, type SalesforceError } from './errors.ts';
import { limitError } from './limits.ts';
import { withoutUnreadable, type LeftOut } from './optional.ts';

export type Asked = { query: string; operationName: string | null; variables: Record<string, unknown> };
export type Answer = {
  body: { data: unknown; errors: SalesforceError[] };
  /** Selections that `@optional` took out of the answer. */
  leftOut: LeftOut[];
};

// A refused query has an empty object as data, as recorded in Salesforce's own LDS test data.
const refused = (errors: SalesforceError[], leftOut: LeftOut[] = []): Answer => ({
  body: { data: {}, errors },
  leftOut,
});
const refusedAs = (type: ErrorType, error: GraphQLError) => refused([salesforceError(error, type)]);

/** Parses, checks and runs one query over the schema of its user; whatever is wrong is in `errors`, never thrown. */
export async function run(asked: Asked, schema: GraphQLSchema, context: Context): Promise<Answer> {
  let parsed: DocumentNode;
  try {
    parsed = parse(asked.query);
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    return refused([salesforceError(error, 'InvalidSyntax', `Invalid Syntax : ${error.message}`)]);
  }
  const { document, leftOut } = withoutUnreadable(parsed, schema);
  const operation = getOperationAST(document, asked.operationName);
  if (!operation)
    return refusedAs(
      'OperationNotSupported',
      new GraphQLError(
        asked.operationName === null
          ? 'Must provide operation name if query contains multiple operations.'
          : `Unknown operation named '${asked.operationName}'.`,
      ),
    );
  const isMutation = operation.operation === OperationTypeNode.MUTATION;
  if (operation.operation !== OperationTypeNode.QUERY && !(isMutation && schema.getMutationType()))
    return refusedAs(
      'OperationNotSupported',
      new GraphQLError(`Schema is not configured for ${operation.operation}s.`, { nodes: operation }),
    );
  const invalid = validate(schema, document);
  if (invalid.length > 0)
    return refused(
      invalid.map((error) => validationError(error, document)),
      leftOut,
    );
  const beyond = limitError(document, operation, schema);
  if (beyond) return refused([salesforceError(beyond, 'ExecutionAborted')], leftOut);
  const asks = {
    schema,
    document,
    rootValue: {},
    contextValue: context,
    variableValues: asked.variables,
    operationName: asked.operationName,
  };
  const result = isMutation ? mutate(asks, context) : await execute(asks);
  if (result.data === undefined)
    return refused(
      (result.errors ?? []).map((one) => validationError(one, document)),
      leftOut,
    );
  const errors = (result.errors ?? []).map((one) => salesforceError(one, 'DataFetchingException'));
  return { body: { data: result.data, errors }, leftOut };
}

/** Runs the operations of a mutation in order, in one transaction that is taken back when all or none was asked for. */
function mutate(asks: ExecutionArgs, context: Context): ExecutionResult {
  const origin = `com/salesforce/api/rest/${context.apiVersion}`;
  return context.org.transaction({ userId: context.access.userId, origin }, (rollback) => {
    const result = executeSync(asks);
    if (!context.mutation.failed || !context.mutation.allOrNone) return result;
    rollback();
    return { ...result, data: { uiapi: null } };
  });
}
