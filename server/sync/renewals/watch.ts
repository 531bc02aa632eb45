import type { RenewalMode, RenewalRules } from '../../domain/renewal/rules.ts';
import type { Db } from '../../platform/db/database.ts';
import type { Log } from '../../platform/log.ts';
import type { BatchReads } from '../../workflows/ports/org.ts';
import type { Renewals, RenewalVerdict } from '../../workflows/ports/renewals.ts';
import { digestOf } from '../canonical.ts';
import { repeat } from '../repeat.ts';
import { projectAnewBy, projectAnewWhen } from '../restamp.ts';
import { noteRenewals, notedRenewals } from './noted.ts';

export type RenewalWatchOptions = {
  db: Db;
  /** null where there are no renewals. */
  wanted: { mode: RenewalMode; rules: RenewalRules; digest: string } | null;
  /** Asks the org whether it takes deals as the settings say. */
  check: () => Promise<RenewalVerdict>;
  batch: BatchReads;
  log: Log;
  /** Told when keys were made dirty. */
  onChange?: () => void;
  /** How soon it is asked again that has not taken them, ms. */
  everyMs?: number;
};

/** Renewals as they are kept up: only by settings that the org was found to take. */
export type RenewalWatch = {
  inForce(): Renewals | null;
  /** Takes up what was found before; projects every Account when that is another than at the last start. */
  load(): Promise<void>;
  start(): void;
  stop(): Promise<void>;
};

const IN_FORCE = 'renewals_in_force';
/** An org changes now and then, ms. */
const ASK_AGAIN_MS = 3_600_000;

/**
 * Keeps to what the org takes: asked at start and each hour. While it does not, no renewal deal is touched, and the reason is in
 * the log and in `npm run ops -- renewals`.
 */
export function createRenewalWatch(options: RenewalWatchOptions): RenewalWatch {
  const { db, wanted, check, batch, log, onChange = () => {}, everyMs = 60_000 } = options;
  const isOn = wanted !== null && wanted.mode !== 'off';
  let verdict: RenewalVerdict | null = null;

  function inForce(): Renewals | null {
    if (wanted?.mode !== 'automatic' || verdict === null || !('settings' in verdict)) return null;
    return { rules: wanted.rules, settings: verdict.settings };
  }
  const choice = () => ({ name: IN_FORCE, value: digestOf(inForce()) });

  async function tick(): Promise<void> {
    if (!isOn) return;
    const found = await batch(check);
    const before = { value: choice().value, told: digestOf(verdict) };
    verdict = found;
    if (digestOf(verdict) !== before.told) {
      await noteRenewals(db, { ...wanted, verdict });
      if ('faults' in verdict)
        for (const fault of verdict.faults) log.error({ renewals: true }, `Renewals wait: ${fault}`);
    }
    if (choice().value === before.value) return;
    const accounts = await projectAnewBy(db, choice());
    log.info({ accounts }, 'Renewals are kept up by other settings; every Account is projected anew');
    onChange();
  }

  const isSettled = () => !isOn || (verdict !== null && 'settings' in verdict);
  const loop = repeat(
    () => tick().then(() => (isSettled() ? ASK_AGAIN_MS : everyMs)),
    everyMs,
    (error) =>
      log.warn({ err: error }, 'Whether the org takes renewal deals could not be found out; it is tried again'),
  );

  return {
    inForce,
    async load() {
      const kept = isOn ? await notedRenewals(db) : null;
      verdict = kept?.digest === wanted?.digest ? (kept?.verdict ?? null) : null;
      await noteRenewals(db, wanted === null ? null : { ...wanted, verdict });
      await projectAnewWhen(db, choice());
    },
    start: () => loop.start(0),
    stop: () => loop.stop(),
  };
}
