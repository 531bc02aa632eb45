import express, { type Express, type RequestHandler } from 'express';

const defaults = () => ({
  /** Whether `Sforce-Call-Options` counts in Collections, Composite and Graph, where no document promises it. */
  collectionsHonourCallOptions: false,
  /** Every call lasts `baseMs` and `perRowMs` for each record that it reads or saves. */
  latency: { baseMs: 0, perRowMs: 0 },
  /** Calls that last longer than `afterMs`, of which the org bears `max` at once. */
  longRequests: { afterMs: 20_000, max: 25 },
  /** Whether Composite takes Collections as subrequests. */
  collectionsInComposite: true,
  /** Whether the org has Chatter, and whether it is rolled out to whoever calls. */
  chatter: { enabled: true, permitted: true },
  /** Everything under /services answers 503 with a page of HTML. */
  maintenance: false,
  /** `Sforce-Limit-Info` tells the calls of the connected app too, against this allowance; 0 leaves it out. */
  perAppLimit: 0,
  /** How long a bulk job stays in each state that is not its last, in ms. */
  bulkDelayMs: 0,
  /** Batches of bulk jobs in 24 hours. */
  bulkBatchLimit: 15_000,
});

type Values = ReturnType<typeof defaults>;

const sameShape = (value: unknown, model: unknown): boolean =>
  typeof model === 'object' && model !== null
    ? typeof value === 'object' &&
      value !== null &&
      Object.entries(value).every(([name, part]) => sameShape(part, (model as Record<string, unknown>)[name]))
    : typeof value === typeof model;

/** Behaviour of the REST family that tests and the demo change while it runs. */
export class RestSwitches implements Values {
  collectionsHonourCallOptions!: boolean;
  latency!: Values['latency'];
  longRequests!: Values['longRequests'];
  collectionsInComposite!: boolean;
  chatter!: Values['chatter'];
  maintenance!: boolean;
  perAppLimit!: number;
  bulkDelayMs!: number;
  bulkBatchLimit!: number;

  constructor() {
    this.reset();
  }

  reset(): void {
    Object.assign(this, defaults());
  }

  /** @returns false, and changes nothing, when a name or type is wrong */
  set(values: Record<string, unknown>): boolean {
    if (!sameShape(values, defaults())) return false;
    for (const [name, value] of Object.entries(values) as [keyof Values, unknown][])
      Object.assign(this, { [name]: typeof value === 'object' ? { ...(this[name] as object), ...value } : value });
    return true;
  }

  /** Stands before every API family. */
  maintenancePage(): RequestHandler {
    return (req, res, next) => {
      if (!this.maintenance || !req.path.startsWith('/services/')) return next();
      res
        .status(503)
        .type('html')
        .send('<html><head><title>Maintenance</title></head><body>Be right back.</body></html>');
    };
  }
}

/** `GET`, `POST /__sim/rest` with any of the switches. */
export function mountRestSwitches(app: Express, switches: RestSwitches): void {
  app.get('/__sim/rest', (_req, res) => void res.json(switches));
  app.post('/__sim/rest', express.json(), (req, res) => {
    if (!switches.set((req.body ?? {}) as Record<string, unknown>))
      return void res.status(400).json({ message: 'there is no such switch, or its value has another type' });
    res.json(switches);
  });
}
