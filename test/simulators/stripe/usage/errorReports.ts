import type { Post } from '../events/delivery.ts';
import { addThin } from '../events/thin.ts';
import type { Json } from '../protocol/wire.ts';
import type { World } from '../world.ts';

/** What was wrong with a meter event that had been taken (Stripe docs, "Handle invalid meter events"). */
export type MeterFault = { code: string; message: string; identifier: string; meter: string | null };

/** Reports come some time after the events, for all that were wrong until then. */
const reportAfterSeconds = 60;

export function noteFault(world: World, fault: MeterFault): void {
  const key = fault.meter ?? 'none';
  const waiting = (world.state.meterFaults[key] ??= []);
  waiting.push({ ...fault, at: world.now() });
  if (waiting.length === 1) world.at(world.now() + reportAfterSeconds, 'meter-faults', key);
  world.store.touch();
}

const iso = (seconds: number): string => new Date(seconds * 1000).toISOString();

function reportOf(faults: readonly (MeterFault & { at: number })[], until: number): Json {
  const codes = [...new Set(faults.map((one) => one.code))];
  const count = faults.length;
  return {
    developer_message_summary: `There ${count === 1 ? 'is 1 invalid event' : `are ${count} invalid events`}`,
    reason: {
      error_count: count,
      error_types: codes.map((code) => {
        const of = faults.filter((one) => one.code === code);
        return {
          code,
          error_count: of.length,
          sample_errors: of
            .slice(0, 5)
            .map((one) => ({ error_message: one.message, request: { identifier: one.identifier } })),
        };
      }),
    },
    validation_end: iso(until),
    validation_start: iso(Math.min(...faults.map((one) => one.at))),
  };
}

/** Reports are thin events only: of a meter, or of events for which there is none. */
export function addErrorReports(world: World, post: Post): void {
  world.onTimer('meter-faults', (key) => {
    const faults = world.state.meterFaults[key] ?? [];
    delete world.state.meterFaults[key];
    if (faults.length === 0) return;
    const meter = world.find('meters', key);
    const type = meter ? 'v1.billing.meter.error_report_triggered' : 'v1.billing.meter.no_meter_found';
    post(addThin(world, type, meter ? (meter as unknown as Json) : null, reportOf(faults, world.now())));
  });
}
