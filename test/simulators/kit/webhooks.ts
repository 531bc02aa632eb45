import { request, type Dispatcher } from 'undici';

export type WebhookSwitches = {
  /** Every delivery is made twice. */
  duplicate: boolean;
  /** Deliveries that wait at the same moment leave in random order. */
  shuffle: boolean;
  /** Nothing is delivered, and nothing is tried again. */
  drop: boolean;
  /** Waits this long before every delivery, in ms. */
  delayMs: number;
};

type Outgoing = { method?: string; headers: Record<string, string>; body: string };

export type Delivery = {
  url: string;
  /** Built anew for every attempt, since signatures carry the time of the attempt; an empty body is not sent. */
  request: (attempt: number) => Outgoing | Promise<Outgoing>;
  /** Headers to repeat the request with when it was answered 401 with this `WWW-Authenticate`; undefined leaves it. */
  onChallenge?: (challenge: string) => Record<string, string> | undefined;
  /** Which status codes count as delivered. */
  accepts: (status: number) => boolean;
  /** Waits before the second, third … attempt, in ms; as many retries as there are entries. */
  retryDelaysMs: readonly number[];
  /** Called with the outcome of every attempt; status null when there was no answer. */
  onAttempt?: (attempt: number, status: number | null, answer: string) => void;
};

/** Sends webhooks as providers do: beside the call that caused them, at least once, in no certain order. */
export class WebhookSender {
  switches: WebhookSwitches = { duplicate: false, shuffle: false, drop: false, delayMs: 0 };
  /** Told of every request that was answered, for tests that ask what became of it. */
  onAnswer: ((sent: Outgoing, status: number) => void) | undefined;
  /** Given every delivery in place of its being made; whoever takes it makes it by `deliver`. */
  divert: ((delivery: Delivery) => void) | undefined;
  #waiting: Delivery[] = [];
  #active = 0;
  #scheduled = false;
  readonly #later = new Map<NodeJS.Timeout, () => void>();
  #idle: (() => void)[] = [];
  #closed = false;

  send(delivery: Delivery): void {
    if (this.switches.drop || this.#closed) return;
    if (this.divert) return this.divert(delivery);
    this.#waiting.push(delivery);
    if (this.switches.duplicate) this.#waiting.push(delivery);
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#after(this.switches.delayMs, () => this.#flush());
  }

  /** Makes a delivery that was diverted; resolves after its first attempt. */
  deliver(delivery: Delivery): Promise<void> {
    return this.#attempt(delivery, 1);
  }

  /** Resolves once nothing waits and nothing is on its way; retries that wait for their time count as waiting. */
  async idle(): Promise<void> {
    if (this.#waiting.length === 0 && this.#active === 0 && this.#later.size === 0) return;
    await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  close(): void {
    this.#closed = true;
    this.#waiting = [];
    for (const timer of this.#later.keys()) clearTimeout(timer);
    this.#later.clear();
    this.#settle();
  }

  /** Makes now what waits for its time, as if that had passed. */
  hurry(): void {
    for (const [timer, act] of [...this.#later]) {
      clearTimeout(timer);
      act();
    }
  }

  #after(ms: number, act: () => void): void {
    const timer = setTimeout(() => actNow(), ms);
    const actNow = () => {
      this.#later.delete(timer);
      act();
      this.#settle();
    };
    this.#later.set(timer, actNow);
  }

  #flush(): void {
    this.#scheduled = false;
    const batch = this.#waiting;
    this.#waiting = [];
    if (this.switches.shuffle) batch.sort(() => Math.random() - 0.5);
    for (const delivery of batch) void this.#attempt(delivery, 1);
  }

  async #attempt(delivery: Delivery, attempt: number): Promise<void> {
    this.#active++;
    let status: number | null = null;
    let answer = '';
    try {
      const sent = await delivery.request(attempt);
      let response = await post(delivery.url, sent);
      const challenge = response.status === 401 ? delivery.onChallenge?.(response.challenge) : undefined;
      if (challenge) response = await post(delivery.url, { ...sent, headers: { ...sent.headers, ...challenge } });
      status = response.status;
      answer = response.answer;
      this.onAnswer?.(sent, status);
    } catch (error) {
      answer = String(error);
    }
    this.#active--;
    delivery.onAttempt?.(attempt, status, answer);
    const retryDelayMs = delivery.retryDelaysMs[attempt - 1];
    if ((status === null || !delivery.accepts(status)) && retryDelayMs !== undefined && !this.#closed)
      this.#after(retryDelayMs, () => void this.#attempt(delivery, attempt + 1));
    this.#settle();
  }

  #settle(): void {
    if (this.#waiting.length > 0 || this.#active > 0 || this.#later.size > 0) return;
    const waiting = this.#idle;
    this.#idle = [];
    for (const resolve of waiting) resolve();
  }
}

async function post(
  url: string,
  { method = 'POST', headers, body }: Outgoing,
): Promise<{ status: number; challenge: string; answer: string }> {
  const response = await request(url, {
    method: method as Dispatcher.HttpMethod,
    headers,
    body: body === '' ? null : body,
  });
  const answer = (await response.body.text()).slice(0, 60_000);
  return { status: response.statusCode, challenge: String(response.headers['www-authenticate'] ?? ''), answer };
}
