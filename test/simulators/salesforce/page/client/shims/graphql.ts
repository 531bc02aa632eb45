import { callOrg, messageOf } from '../orgApi.ts';
import { wireAdapter } from '../wireAdapter.ts';

/** Opaque to bundles. */
type Query = { readonly text: string };
type Config = { query?: Query; variables?: Record<string, unknown>; operationName?: string };
type Fault = { message: string };
type Answer = { data?: unknown; errors?: Fault[] };
type Value = { data: unknown; errors: Fault[] | undefined; refresh?: () => Promise<void> };

export function gql(parts: TemplateStringsArray, ...values: (string | Query)[]): Query {
  const texts = values.map((value) => (typeof value === 'string' ? value : value.text));
  return Object.freeze({ text: String.raw({ raw: parts }, ...texts) });
}

const post = ({ query, variables, operationName }: Config) =>
  callOrg('POST', '/graphql', { query: query?.text, variables, operationName }) as Promise<Answer>;

const outcome = ({ data, errors }: Answer) => ({
  data: data ?? undefined,
  errors: errors?.length ? errors : undefined,
});

/** `lightning/graphql` (LWC guide, "GraphQL Wire Adapter"): `errors` is undefined when there are none. */
export const graphql = wireAdapter<Config, Answer, Value>({
  initial: { data: undefined, errors: undefined },
  ready: ({ query, variables }) =>
    query !== undefined && Object.values(variables ?? {}).every((variable) => variable !== undefined),
  load: post,
  value: (answer, refresh) => ({ ...outcome(answer), refresh }),
  fault: (fault, refresh) => ({ data: undefined, errors: [{ message: messageOf(fault) }], refresh }),
});

export async function executeMutation(config: Config): Promise<Omit<Value, 'refresh'>> {
  try {
    return outcome(await post(config));
  } catch (fault) {
    return { data: undefined, errors: [{ message: messageOf(fault) }] };
  }
}
