const { jestConfig } = require('@salesforce/sfdx-lwc-jest/config');

module.exports = {
  ...jestConfig,
  roots: ['<rootDir>/force-app'],
  setupFiles: [...(jestConfig.setupFiles ?? []), '<rootDir>/test/lwc/labels.cjs'],
  moduleNameMapper: {
    // jsdom cannot read container queries, and the tests look at no style.
    '\\.css(\\?.*)?$': '@lwc/jest-resolver/resources/emptyStyleMock.js',
    '^lightning/modal$': '<rootDir>/test/lwc/modal.ts',
    ...jestConfig.moduleNameMapper,
  },
  modulePathIgnorePatterns: ['<rootDir>/.data/', '<rootDir>/.cache/', '<rootDir>/dist/'],
  // One worker: the panels take a moment to compile and the machine may have two cores only.
  maxWorkers: 1,
};
