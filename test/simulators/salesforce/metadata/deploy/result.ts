import type { DeployOptions } from './options.ts';

/** What became of one component (Metadata API Developer Guide, "DeployMessage"). */
export type DeployMessage = {
  changed: boolean;
  columnNumber?: number;
  componentType: string;
  created: boolean;
  createdDate: string;
  deleted: boolean;
  fileName: string;
  fullName: string;
  id?: string;
  lineNumber?: number;
  problem?: string;
  problemType?: 'Warning' | 'Error' | 'Info';
  success: boolean;
};

type DeployStatus = 'Pending' | 'Succeeded' | 'SucceededPartial' | 'Failed' | 'Canceled';

/** One deploy that was asked for; its outcome is there as soon as it is made. */
export type Deployment = {
  id: string;
  userId: string;
  userName: string;
  options: DeployOptions;
  createdAt: string;
  status: DeployStatus;
  /** Why nothing could be tried at all. */
  error?: { statusCode: string; message: string };
  successes: DeployMessage[];
  failures: DeployMessage[];
};

/** DeployResult as it goes over the wire; `details` only when asked for. */
export function deployResult(deployment: Deployment, details: boolean): Record<string, unknown> {
  const { id, userId, userName, options, createdAt, status, error, successes, failures } = deployment;
  const done = status !== 'Pending';
  const counted = (messages: readonly DeployMessage[]): number =>
    messages.filter((message) => message.fullName !== 'package.xml').length;
  const test = { numFailures: 0, numTestsRun: 0, totalTime: 0 };
  return {
    checkOnly: options.checkOnly,
    ...(done ? { completedDate: createdAt } : {}),
    createdBy: userId,
    createdByName: userName,
    createdDate: createdAt,
    ...(details
      ? { details: { componentFailures: failures, componentSuccesses: successes, runTestResult: test } }
      : {}),
    done,
    ...(error ? { errorMessage: error.message, errorStatusCode: error.statusCode } : {}),
    id,
    ignoreWarnings: options.ignoreWarnings,
    lastModifiedDate: createdAt,
    numberComponentErrors: counted(failures),
    numberComponentsDeployed: counted(successes),
    numberComponentsTotal: counted(successes) + counted(failures),
    numberTestErrors: 0,
    numberTestsCompleted: 0,
    numberTestsTotal: 0,
    rollbackOnError: options.rollbackOnError,
    runTestsEnabled: options.testLevel !== 'NoTestRun',
    startDate: createdAt,
    status,
    success: status === 'Succeeded',
  };
}
