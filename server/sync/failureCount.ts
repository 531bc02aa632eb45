import { Counter, type Registry } from 'prom-client';
import { Fault } from '../domain/fault.ts';

/**
 * Counts failures of work, also those that are tried again, by their code; all loops of a process share the metric.
 * @returns what is told each error
 */
export function countFailures(metrics: Registry | undefined): (error: unknown) => void {
  const shared = metrics?.getSingleMetric('billing360_failures_total') as Counter<'code'> | undefined;
  const counter =
    shared ??
    new Counter({
      name: 'billing360_failures_total',
      help: 'Work that failed, also what is tried again, by code: those of docs/errors.md, or unexpected',
      labelNames: ['code'] as const,
      registers: metrics ? [metrics] : [],
    });
  return (error) => counter.inc({ code: error instanceof Fault ? error.code : 'unexpected' });
}
