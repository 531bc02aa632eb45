import { changeChannel } from './channel.ts';
import { calloutAddress, principalAccess, secret, tokenEndpoint } from './credential.ts';
import { activeFlows } from './flows.ts';
import { integrationUser, operationsGroup } from './people.ts';
import { failed, type SetupContext, type Step, type StepResult } from './step.ts';
import { testCall } from './testCall.ts';

/** What follows a deploy, in this order: each looks first, so that it may run as often as one likes. */
const STEPS: readonly Step[] = [
  integrationUser,
  operationsGroup,
  principalAccess,
  calloutAddress,
  tokenEndpoint,
  secret,
  changeChannel,
  activeFlows,
  testCall,
];

export type StepOutcome = StepResult & { name: string };

/** Runs every step, also after one that failed, so that all that is to be done is told at once. */
export async function runSetup(context: SetupContext, onStep: (outcome: StepOutcome) => void): Promise<StepOutcome[]> {
  const outcomes: StepOutcome[] = [];
  for (const { name, run } of STEPS) {
    const result = await run(context).catch((error: unknown) =>
      failed(error instanceof Error ? error.message : String(error)),
    );
    outcomes.push({ name, ...result });
    onStep({ name, ...result });
  }
  return outcomes;
}
