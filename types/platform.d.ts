/** Modules that only the platform provides, as far as the bundles use them (LWC developer guide, reference). */

declare module '@salesforce/label/*' {
  const text: string;
  export default text;
}

declare module '@salesforce/i18n/timeZone' {
  /** IANA name of the time zone in the settings of the user who looks. */
  const timeZone: string;
  export default timeZone;
}

declare module 'lightning/graphql' {
  import type { WireAdapterConstructor } from 'lwc';

  export interface GraphqlDocument {
    readonly __graphqlDocument: true;
  }
  export interface GraphqlError {
    readonly message: string;
    readonly extensions?: Readonly<Record<string, unknown>>;
  }
  export interface GraphqlResult {
    /** Selections that the user may not read and that are marked `@optional` are absent. */
    readonly data?: unknown;
    readonly errors?: readonly GraphqlError[] | undefined;
    /** Asks again, past the cache. */
    readonly refresh?: () => Promise<unknown>;
  }
  export function gql(literals: TemplateStringsArray, ...parts: readonly GraphqlDocument[]): GraphqlDocument;
  export const graphql: WireAdapterConstructor<
    { query: GraphqlDocument; variables?: Readonly<Record<string, unknown>> },
    GraphqlResult
  >;
}
