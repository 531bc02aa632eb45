import lwcRecommended from '@salesforce/eslint-config-lwc/recommended.js';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

const BUNDLES = ['force-app/main/default/lwc/**/*.ts'];
const SERVER = [
  'server/**/*.ts',
  'types/**/*.ts',
  'scripts/**/*.{ts,mjs,js}',
  'test/**/*.{ts,cjs,mjs}',
  '*.{ts,js,cjs,mjs}',
];
const NODE_GLOBALS = {
  process: 'readonly',
  console: 'readonly',
  URL: 'readonly',
  require: 'readonly',
  module: 'writable',
};
const JEST_GLOBALS = {
  jest: 'readonly',
  describe: 'readonly',
  it: 'readonly',
  expect: 'readonly',
  __dirname: 'readonly',
};

export default tseslint.config(
  { ignores: ['node_modules/', 'dist/', '.data/', '.cache/', 'coverage/'] },
  {
    files: SERVER,
    // Rules that need no type information, so that linting stays a matter of seconds; tsc does the rest.
    extends: [tseslint.configs.recommended],
    rules: { '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }] },
  },
  {
    files: ['**/*.cjs'],
    languageOptions: { sourceType: 'commonjs', globals: { ...NODE_GLOBALS, ...JEST_GLOBALS } },
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
  {
    files: BUNDLES,
    // The rules of recommended-ts over the parser of typescript-eslint: Babel's takes every type for an undefined name.
    extends: [lwcRecommended, tseslint.configs.recommended],
    rules: { 'no-undef': 'off', 'no-unused-vars': 'off' },
  },
  {
    files: ['force-app/main/default/lwc/ticker/ticker.ts'],
    // The one bundle that owns timers, so that whoever starts one can stop it.
    rules: { '@lwc/lwc/no-async-operation': 'off' },
  },
  {
    files: ['force-app/main/default/lwc/**/__tests__/**'],
    languageOptions: { globals: { ...JEST_GLOBALS, afterEach: 'readonly', beforeEach: 'readonly' } },
    // Hostile addresses are what some of them try.
    rules: { 'no-script-url': 'off' },
  },
  prettier,
);
