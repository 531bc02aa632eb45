/** A setting that the server cannot start with. */
export type ConfigFault = {
  /** Name of the environment variable. */
  variable: string;
  /** What is wrong with it, in plain words. */
  problem: string;
  /** A value that would do. */
  example: string;
};

/** Every fault of the settings at once; `message` is meant for the terminal, without a stack. */
export class ConfigError extends Error {
  readonly faults: readonly ConfigFault[];

  constructor(faults: readonly ConfigFault[]) {
    const lines = faults.map(
      ({ variable, problem, example }) => `  ${variable}: ${problem} Example: ${variable}=${example}`,
    );
    const count = faults.length === 1 ? '1 setting is' : `${faults.length} settings are`;
    super(`The server cannot start: ${count} missing or wrong.\n${lines.join('\n')}`);
    this.name = 'ConfigError';
    this.faults = faults;
  }
}
