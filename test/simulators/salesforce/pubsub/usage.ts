import type { SimClock } from '../../kit/clock.ts';

const DAY_MS = 86_400_000;
const BUCKET_MS = 60_000;

export type UsageData = { delivered: { at: number; count: number }[] };

/** Events delivered to clients in the last 24 hours, all subscribers together, against the edition's allocation. */
export class DeliveryUsage {
  readonly #data: () => UsageData;
  readonly #touch: () => void;
  readonly #clock: SimClock;
  /** Enterprise Edition. */
  max = 25_000;

  constructor(data: () => UsageData, touch: () => void, clock: SimClock) {
    this.#data = data;
    this.#touch = touch;
    this.#clock = clock;
  }

  remaining(): number {
    const data = this.#data();
    const now = this.#clock.now().getTime();
    data.delivered = data.delivered.filter(({ at }) => at > now - DAY_MS);
    return Math.max(0, this.max - data.delivered.reduce((sum, { count }) => sum + count, 0));
  }

  add(count: number): void {
    const { delivered } = this.#data();
    const now = this.#clock.now().getTime();
    const last = delivered.at(-1);
    if (last && now - last.at < BUCKET_MS && now >= last.at) last.count += count;
    else delivered.push({ at: now, count });
    this.#touch();
  }
}
