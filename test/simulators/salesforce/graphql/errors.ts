import { GraphQLError, Kind, visit, type ASTNode, type DocumentNode } from 'graphql';

/** Salesforce GraphQL docs, "Status Codes and Error Responses". */
export type ErrorType =
  'InvalidSyntax' | 'ValidationError' | 'DataFetchingException' | 'OperationNotSupported' | 'ExecutionAborted';

export type SalesforceError = {
  message: string;
  locations: { line: number; column: number }[];
  paths: (string | number)[];
  extensions: { ErrorType: ErrorType };
};

export function salesforceError(error: GraphQLError, type: ErrorType, message = error.message): SalesforceError {
  return {
    message,
    locations: (error.locations ?? []).map(({ line, column }) => ({ line, column })),
    paths: [...(error.path ?? [])],
    extensions: { ErrorType: type },
  };
}

// graphql-js says it in its own words; Salesforce runs graphql-java. Unknown wordings pass with the general kind.
const wordings: [RegExp, (found: string[]) => [kind: string, text: string]][] = [
  [
    /Cannot query field "(\w+)" on type "(\w+)"/,
    ([field, type]) => ['FieldUndefined', `Field '${field}' in type '${type}' is undefined`],
  ],
  [
    /Field "(\w+)" is not defined by type "(\w+)"/,
    ([field, type]) => ['FieldUndefined', `Field '${field}' in type '${type}' is undefined`],
  ],
  [/Unknown argument "(\w+)"/, ([name]) => ['UnknownArgument', `Unknown field argument ${name}`]],
  [/Unknown directive "@(\w+)"/, ([name]) => ['UnknownDirective', `Unknown directive ${name}`]],
  [/Unknown type "(\w+)"/, ([name]) => ['UnknownType', `Unknown type ${name}`]],
  [/must have a selection of subfields/, () => ['SubSelectionRequired', 'Sub selection required for type with fields']],
  [/must not have a selection/, () => ['SubSelectionNotAllowed', 'Sub selection not allowed on leaf type']],
  [/Variable "\$(\w+)" is never used/, ([name]) => ['UnusedVariable', `Unused variable ${name}`]],
  [/Variable "\$(\w+)" is not defined/, ([name]) => ['UndefinedVariable', `Undefined variable ${name}`]],
];

/** Path of the selection that holds a node, `uiapi/query/Account`; empty outside any. */
function selectionPath(document: DocumentNode, node: ASTNode | undefined): string {
  const open: string[] = [];
  let found: string | undefined;
  visit(document, {
    enter(current) {
      if (current.kind === Kind.FIELD) open.push(current.name.value);
      if (current === node) found ??= open.join('/');
    },
    leave(current) {
      if (current.kind === Kind.FIELD) open.pop();
    },
  });
  return found ?? '';
}

/** `Validation error of type FieldUndefined: Field 'X' in type 'Y' is undefined @ 'uiapi/query/X'`. */
export function validationError(error: GraphQLError, document: DocumentNode): SalesforceError {
  for (const [pattern, say] of wordings) {
    const found = pattern.exec(error.message);
    if (!found) continue;
    const [kind, text] = say(found.slice(1));
    const path = selectionPath(document, error.nodes?.[0]);
    return salesforceError(
      error,
      'ValidationError',
      `Validation error of type ${kind}: ${text}${path ? ` @ '${path}'` : ''}`,
    );
  }
  return salesforceError(error, 'ValidationError', `Validation error of type WrongType: ${error.message}`);
}
