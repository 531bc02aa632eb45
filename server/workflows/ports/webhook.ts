/** A verified webhook as a connector hands it to the inbox. */
export type ReceivedEvent = {
  /** Connection name, such as `stripe`. */
  connection: string;
  /** The provider's id of the event; a second delivery of the same id is stored once. */
  eventId: string;
  /** The provider's type, such as `invoice.payment_failed` or `PaymentDeclined`. */
  kind: string;
  /**
   * Dirty key that the event concerns: `<connection>:account:<id>`, or of another kind where the billing account has to be
   * found from that object; null when it concerns none.
   */
  key: string | null;
  /** Provider time of the change; null when the provider does not say. Stripe's has whole seconds. */
  occurredAt: Date | null;
  payload: unknown;
  /**
   * True for what was read and not delivered: the same event may be rendered otherwise there, so that another payload
   * under a known id is no conflict.
   */
  isCopy?: boolean;
};

export type WebhookRequest = {
  /** In upper case; POST when absent. */
  method?: string;
  /** Lower-case header names. */
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Query string parameters. */
  query: Readonly<Record<string, unknown>>;
  rawBody: Buffer;
};

/** Verifies and parses webhooks of one connection. */
export interface WebhookVerifier {
  /** HTTP methods that the sender may use; POST alone when absent. */
  methods?: readonly string[];
  /**
   * @throws Fault of kind `invalid` for a bad signature, stale or future timestamp or bad shape (answered 400), or of
   * kind `forbidden` for missing or wrong credentials (answered 401 with `WWW-Authenticate`), or of kind `unavailable` when
   * it cannot be told yet (answered 503, so that it is sent again)
   */
  verify(request: WebhookRequest): ReceivedEvent[];
  /**
   * Gives a sender that authenticates by OAuth client credentials its token.
   * @throws Fault of kind `forbidden` for a client that is not known
   */
  token?(request: WebhookRequest): { accessToken: string; expiresInSeconds: number };
}
