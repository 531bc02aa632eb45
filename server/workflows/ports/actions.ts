/** An invoice of the mirror that belongs to the Account that was asked about. */
export type InvoiceOfAccount = {
  key: string;
  /** Id in its billing system. */
  id: string;
  connection: string;
  /** The number that the customer sees. */
  number: string;
};

/** What actions look up in our own database. */
export interface ActionLookup {
  /** 18-character id of the org that rows go to. */
  pinnedOrg(): Promise<string>;
  /** @returns null when there is no such invoice, or it is another Account's */
  invoiceOf(accountId: string, invoiceKey: string): Promise<InvoiceOfAccount | null>;
}

/** Asks the org what its people may see. */
export interface UserAccess {
  /** @returns false also for a user or record that is not there */
  canRead(userId: string, recordId: string): Promise<boolean>;
}

/** Where something of an invoice opens without a login, or why it does not, in words for people. */
export type InvoiceLink = { url: string; expiresAt: Date } | { reason: string };

/** To whom an invoice would be sent, or why it cannot be, in words for people. */
export type Recipient = { address: string } | { reason: string };

/** What a billing system can do with one of its invoices, for somebody who waits. */
export interface InvoiceDesk {
  /** The page on which it can be paid. Asked for each time: the address is a key and is kept nowhere. */
  paymentPage(invoiceId: string): Promise<InvoiceLink>;
  /** Its PDF; as the page. */
  pdf(invoiceId: string): Promise<InvoiceLink>;
  recipient(invoiceId: string): Promise<Recipient>;
  /**
   * Sends an invoice to that address.
   * @param effectId the same one is carried out once by the billing system, however often it is asked
   * @throws Fault; with `outcomeUnknown` when it may have been sent
   */
  send(invoiceId: string, address: string, effectId: string): Promise<void>;
}

/** What keeps the same request from having its effect twice. */
export type RequestName = { clientId: string; operation: string; requestKey: string };

export type RequestClaim =
  /** It is to be carried out now, by the caller alone. */
  | { state: 'new' }
  | { state: 'answered'; answer: unknown }
  /** Somebody else carries it out. */
  | { state: 'running' }
  /** The key was used for something else. */
  | { state: 'other' };

export interface RequestBook {
  claim(name: RequestName, body: unknown): Promise<RequestClaim>;
  /** Notes the answer, which the same request gets from then on. */
  answer(name: RequestName, answer: unknown): Promise<void>;
  /** Forgets a request that had no effect, so that its key may be used again. */
  release(name: RequestName): Promise<void>;
}

/** An e-mail of an invoice that is to be sent, or why not. */
export type SendClaim =
  | { state: 'new'; effectId: string }
  /** Another one of it went, or may have gone, at that time. */
  | { state: 'recent'; at: Date; sent: boolean };

export interface SendBook {
  /**
   * Takes a send in, unless one of the same invoice went within `windowMs`; of two at the same time one gets it.
   * A request that was begun before, and of which it is not known what came of it, gets its own effect again.
   */
  claim(
    request: { invoiceKey: string; clientId: string; userId: string; requestKey: string },
    windowMs: number,
  ): Promise<SendClaim>;
  end(effectId: string, state: 'sent' | 'refused'): Promise<void>;
}

/** How a refresh stands; `changes` are sentences, a line each. */
export type RefreshState = {
  jobId: string;
  state: 'Running' | 'Done' | 'Failed';
  message: string;
  changes: string;
};

export interface RefreshBook {
  /**
   * Has every billing account of an Account read anew, before all other work.
   * @param request with the id of the job where it is known; one that is there already is not begun again
   */
  start(request: { clientId: string; userId: string; accountId: string; jobId?: string }): Promise<{ jobId: string }>;
  /** @returns null when there is no such job, or it is another client's, user's or Account's */
  look(job: { jobId: string; clientId: string; userId: string; accountId: string }): Promise<RefreshState | null>;
}

/** Every call that was made, whatever came of it; never an address, a link or a token. */
export interface ActionLog {
  begin(entry: {
    clientId: string;
    orgId: string;
    userId: string;
    operation: string;
    accountId: string;
    subject: string | null;
  }): Promise<number>;
  /** @param outcome `done`, or a code of docs/errors.md */
  end(id: number, outcome: string): Promise<void>;
}
