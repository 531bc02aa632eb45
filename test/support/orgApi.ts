import type { AppOptions } from '../../server/interfaces/http/app.ts';
import { OPERATIONS } from '../../server/interfaces/http/actions/schemas.ts';
import { createActionLog } from '../../server/sync/actions/audit.ts';
import { createCallLimit } from '../../server/sync/actions/callCount.ts';
import { createTokenIssuer } from '../../server/sync/actions/tokens.ts';
import type { Db } from '../../server/platform/db/database.ts';

/** What orgs reach of a server that has neither an org nor billing systems: its tokens alone. */
export function orgApiWithoutActions(db: Db): AppOptions['org'] {
  const nothing = () => Promise.reject(new Error('There is no billing system here.'));
  const actions = Object.fromEntries(Object.keys(OPERATIONS).map((id) => [id, nothing]));
  return {
    actions: actions as unknown as AppOptions['org']['actions'],
    issuer: createTokenIssuer(db),
    audit: createActionLog(db),
    tooMany: createCallLimit(db),
  };
}
