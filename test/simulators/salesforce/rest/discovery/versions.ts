import { VERSIONS } from '../wire/session.ts';

const SEASONS = ['Spring', 'Summer', 'Winter'] as const;

/** v66 is Spring '26, three releases a year; Winter carries the number of the next year. */
function releaseName(version: number): string {
  const steps = version - 66;
  const season = SEASONS[((steps % 3) + 3) % 3]!;
  const year = 26 + Math.floor(steps / 3) + (season === 'Winter' ? 1 : 0);
  return `${season} '${String(((year % 100) + 100) % 100).padStart(2, '0')}`;
}

/** Answer of `GET /services/data`. */
export function versionList(): { label: string; url: string; version: string }[] {
  return Array.from({ length: VERSIONS.last - VERSIONS.first + 1 }, (_, at) => {
    const version = VERSIONS.first + at;
    return { label: releaseName(version), url: `/services/data/v${version}.0`, version: `${version}.0` };
  });
}
