/** Modules that only the platform provides, as far as the bundles use them (LWC developer guide, reference). */

declare module '@salesforce/label/*' {
  const text: string;
  export default text;
}

declare module '@salesforce/i18n/lang' {
  /** BCP 47 tag of the language in the settings of the user who looks, such as `en-US`. */
  const lang: string;
  export default lang;
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
  /** Texts among the parts become part of the query, documents lend it their fragments. */
  export function gql(literals: TemplateStringsArray, ...parts: readonly (string | GraphqlDocument)[]): GraphqlDocument;
  export const graphql: WireAdapterConstructor<
    { query: GraphqlDocument; variables?: Readonly<Record<string, unknown>> },
    GraphqlResult
  >;
}

declare module '@salesforce/customPermission/*' {
  /** True for who has it; undefined for who has not. */
  const permitted: true | undefined;
  export default permitted;
}

declare module 'lightning/modal' {
  import { LightningElement } from 'lwc';

  /** Dialog: what extends it opens itself over the page, and answers what it was closed with (undefined by Escape or X). */
  export default class LightningModal extends LightningElement {
    static open(properties: Readonly<Record<string, unknown>>): Promise<unknown>;
    label: string;
    size: 'small' | 'medium' | 'large' | 'full';
    disableClose: boolean;
    close(result?: unknown): void;
  }
}

declare module '@salesforce/i18n/currency' {
  /** ISO 4217 code of the currency of the user who looks; of the org's, where the org has one alone. */
  const currency: string;
  export default currency;
}

declare module 'lightning/uiRecordApi' {
  import type { WireAdapterConstructor } from 'lwc';

  /** `optionalFields` that the user may not read, or that the org does not have, are left out of the answer. */
  export const getRecord: WireAdapterConstructor<
    { recordId: string | undefined; optionalFields: readonly string[] },
    { readonly data?: unknown; readonly error?: unknown }
  >;
  /** Has Lightning Data Service read records again, for every wire that shows them. */
  export function notifyRecordUpdateAvailable(records: readonly { recordId: string }[]): Promise<void>;
}
