/** Who a call is for: people who wait, the mirror, or work that has time such as a backfill. */
export type CallPriority = 'interactive' | 'mirror' | 'batch';

/** So many calls in so many seconds, counted over all processes. */
export type RateLimit = {
  /** Name among the limits of its upstream. */
  name: string;
  calls: number;
  perSeconds: number;
  /** How many of them may go at once; the others are spread over the time. */
  burst: number;
};

/** Calls that are limited together, such as those of one endpoint. */
export type CallClass = {
  name: string;
  /** Every limit that such a call counts against; one of the class's own name is its own. */
  rates: readonly RateLimit[];
  /** How many may be under way at the same time; null for any number. */
  inFlight: number | null;
};

/** What one upstream allows; connectors say it, with its source. */
export type UpstreamLimits = {
  /** Connection, or `salesforce`. */
  upstream: string;
  /** @param endpoint what is called, in the connector's own words, such as `GET /v1/invoices` */
  classOf(endpoint: string): CallClass;
  /** Outages in a row after which the upstream is left alone; null when its caller sees to that itself. */
  breakerAfter: number | null;
};

/** What the answer to a call says about the next ones. */
export type UpstreamSignal =
  /** It works, whether or not it did what was asked; `slower` names a limit or class that is nearly used up. */
  | { kind: 'answered'; slower?: string | null }
  /** It asked for fewer calls. `limit` names the limit or class; null for the whole upstream. `waitMs` as it asked. */
  | { kind: 'slow_down'; limit: string | null; waitMs: number | null }
  /** No answer that proves anything. */
  | { kind: 'outage' };

/** Lets calls to one upstream through as its limits, shared by all processes, and its state allow. */
export interface UpstreamGate {
  /**
   * Waits for its turn, a few seconds at most, then calls once; nothing is repeated here.
   * @param judge what the answer says; an error that `work` throws is an outage
   * @throws Fault with `notTried` when its turn would come too late; the errors of `work`
   */
  run<T>(endpoint: string, work: () => Promise<T>, judge: (answer: T) => UpstreamSignal): Promise<T>;
}

/** Lets every call through: for a client that is alone with its upstream. */
export const openGate: UpstreamGate = { run: (_endpoint, work) => work() };

/** An access token or session. */
export type AccessToken = {
  value: string;
  /** Where it is good for, when the upstream says so; null otherwise. */
  instanceUrl: string | null;
};

/** A token just made, with how long it lives, ms. */
export type NewAccessToken = AccessToken & { lifeMs: number };

/** The access token of one upstream, shared by all processes; one process at a time makes a new one. */
export interface SharedToken {
  /**
   * @param refused value that the upstream has just refused (401); another one is returned, made anew when need be
   * @throws what making a new one threw
   */
  current(refused?: string): Promise<AccessToken>;
}

/** Makes the shared token of an upstream from what makes a new one. */
export type ShareToken = (name: string, renew: () => Promise<NewAccessToken>) => SharedToken;

/** A token that this client alone uses, kept in memory and made anew on refusal. */
export const ownToken: ShareToken = (_name, renew) => {
  let token: Promise<AccessToken> | null = null;
  let value: string | null = null;
  return {
    current(refused) {
      if (token === null || (refused !== undefined && refused === value)) {
        value = null;
        token = renew().then((made) => {
          value = made.value;
          return made;
        });
        token.catch(() => (token = null));
      }
      return token;
    },
  };
};
