import type { SimOptions } from '../kit/sim.ts';

/** An app that may ask for tokens: by a signed assertion, or by its secret as one fixed user. */
export type ConnectedApp = {
  clientId: string;
  /** Verifies JWT bearer assertions (RS256). */
  publicKeyPem?: string | undefined;
  /** For client credentials; needs `runAs`. */
  clientSecret?: string | undefined;
  /** Username of the user that client credentials act as. */
  runAs?: string | undefined;
  /** Where the login page may send the browser; without any there is no login by the page. */
  redirectUris?: readonly string[] | undefined;
  /** `api` alone when absent; `refresh_token` gives refresh tokens after a login by the page. */
  scopes?: readonly string[] | undefined;
  /** Lets in only users whom an admin has approved by one of these permission sets; everybody when absent. */
  permissionSets?: readonly string[] | undefined;
};

export type SalesforceSimOptions = Omit<SimOptions, 'tls'> & {
  /** Serves HTTPS too, as clients that hard-code it want; the certificate is kept in the file when one is given. */
  tls?: { port?: number | undefined; certificateFile?: string | undefined } | undefined;
  /** Serves change events over the Pub/Sub API (gRPC, TLS by the same certificate); any free port when absent. */
  pubsub?: { port?: number | undefined } | undefined;
  /** Keeps the records across starts. */
  stateFile?: string | undefined;
  /**
   * Source folder that the schema is compiled from; `<repository>/force-app/main/default` when absent, an org without any
   * package when null.
   */
  forceApp?: string | null | undefined;
  /** 18-character id of the org; always the same one when absent. */
  orgId?: string | undefined;
  /** The org is a sandbox; off when absent. */
  sandbox?: boolean | undefined;
  /** Accounts may be people; off when absent. */
  personAccounts?: boolean | undefined;
  connectedApps?: readonly ConnectedApp[] | undefined;
  /** Allows the password flow, one password for all users; without it the flow is refused as in orgs of today. */
  passwordFlow?: { password: string; securityToken: string } | undefined;
  /** How long a callout waits for an answer, ms of real time; two minutes when absent. */
  calloutTimeoutMs?: number;
  /** Calls allowed in 24 hours; 100,000 when absent. */
  dailyApiLimit?: number | undefined;
  /** Told in words what takes long at the start. */
  onProgress?: ((text: string) => void) | undefined;
  /**
   * When the browser code of the record pages is built: before the start is over, or at the first visit when absent.
   * Tests without a browser never pay for it.
   */
  buildPages?: 'at start' | 'at first visit' | undefined;
  /** Username of whoever opens a page without a session; the first sales rep when absent. */
  pageUser?: string | undefined;
  /** Where the browser code is kept between runs; `<repository>/.cache/lightning-host` when absent. */
  pageCacheDir?: string | undefined;
};
