import type { Reporting } from '../domain/account/reporting.ts';
import { calendarDate } from '../domain/time/calendarDate.ts';
import type { ReportingConfig } from '../platform/config/reportingFile.ts';

/** Settings in the words of the domain. */
export function reportingOf({ conversion, tiers, mrr }: ReportingConfig): Reporting {
  return { tiers, mrr, conversion: conversion && { ...conversion, on: calendarDate(conversion.date) } };
}
