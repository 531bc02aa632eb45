import type { Failure, FailureProjection, FailuresTold, MoreFailures } from '../ports/failures.ts';
import type { OrgRow } from '../ports/orgRows.ts';

const latest = (a: Date, b: Date): Date => (a > b ? a : b);
const earliest = (a: Date, b: Date): Date => (a < b ? a : b);

/**
 * Tells people of failures: a row for each, which is resolved when the failure is gone and opened again when it comes back.
 * @param before rows that were set before, open or resolved
 * @param now when what is not there any more counts as resolved
 * @returns rows that are to be set; those that stay as they are may be among them
 */
export function followFailures(
  projection: FailureProjection,
  { shown, more, unsettled }: FailuresTold,
  before: readonly OrgRow[],
  now: Date,
): OrgRow[] {
  const known = new Map(before.map((row) => [row.key, row]));

  function open(failure: Failure | MoreFailures, from: Date, to: Date): OrgRow {
    const row = known.get(projection.keyOf(failure));
    if (row === undefined) return projection.open(failure, { firstSeen: from, lastSeen: to, times: 1 });
    const seen = projection.seen(row);
    // A row that stands for many is not given up again whenever there is one more of them.
    const again = seen.state === 'Resolved' || ('id' in failure && to > seen.lastSeen);
    return projection.open(failure, {
      firstSeen: earliest(seen.firstSeen, from),
      lastSeen: latest(seen.lastSeen, to),
      times: seen.times + (again ? 1 : 0),
    });
  }

  const told = [
    ...shown.map((failure) => open(failure, failure.since, failure.since)),
    ...more.map((group) => open(group, group.from, group.to)),
  ];
  const stillOpen = new Set(told.map(({ key }) => key));
  const gone = before.filter((row) => {
    const { state, id } = projection.seen(row);
    return state === 'Open' && !stillOpen.has(row.key) && (id === null || !unsettled.has(id));
  });
  return [...told, ...gone.map((row) => projection.resolved(row, now))];
}
