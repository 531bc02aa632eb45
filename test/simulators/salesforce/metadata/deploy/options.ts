/** What a deploy asks for, as far as the simulated org honours it (Metadata API Developer Guide, "DeployOptions"). */
export type DeployOptions = {
  allowMissingFiles: boolean;
  autoUpdatePackage: boolean;
  checkOnly: boolean;
  ignoreWarnings: boolean;
  performRetrieve: boolean;
  purgeOnDelete: boolean;
  rollbackOnError: boolean;
  runTests: string[];
  singlePackage: boolean;
  testLevel: string;
};

const FLAGS = [
  'allowMissingFiles',
  'autoUpdatePackage',
  'checkOnly',
  'ignoreWarnings',
  'performRetrieve',
  'purgeOnDelete',
  'rollbackOnError',
  'singlePackage',
] as const;
const TEST_LEVELS = ['NoTestRun', 'RunSpecifiedTests', 'RunLocalTests', 'RunAllTestsInOrg', 'RunRelevantTests'];

/** @throws Error in words for options that no org knows or that the simulated org does not have */
export function deployOptions(given: Readonly<Record<string, unknown>>): DeployOptions {
  const options: DeployOptions = {
    allowMissingFiles: false,
    autoUpdatePackage: false,
    checkOnly: false,
    ignoreWarnings: false,
    performRetrieve: false,
    purgeOnDelete: false,
    rollbackOnError: false,
    runTests: [],
    singlePackage: false,
    testLevel: 'NoTestRun',
  };
  for (const [name, value] of Object.entries(given)) {
    const flag = FLAGS.find((one) => one === name);
    if (flag) options[flag] = value === true || value === 'true';
    else if (name === 'testLevel') options.testLevel = String(value ?? 'NoTestRun');
    else if (name === 'runTests') options.runTests = value == null ? [] : [value].flat().map(String).filter(Boolean);
    else throw new Error(`unknown deploy option ${name}`);
  }
  if (!TEST_LEVELS.includes(options.testLevel))
    throw new Error(`'${options.testLevel}' is not a valid value for testLevel`);
  if (options.performRetrieve || options.autoUpdatePackage)
    throw new Error('performRetrieve and autoUpdatePackage are not supported by the simulated org');
  if (options.runTests.length > 0) throw new Error('the simulated org has no Apex tests to run');
  return options;
}
